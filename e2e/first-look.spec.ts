import {
  backendName,
  expect,
  expectModel,
  expectWholeSweep,
  headCell,
  modelChip,
  openApp,
  panel,
  picture,
  predictionRow,
  test,
} from "./support.ts";

test("opening the page shows what 3+5= gives and which heads carry it", async ({ page }) => {
  await openApp(page);

  await test.step("the recorded finding can be read before the model is there", async () => {
    await expect(predictionRow(page, "8")).toContainText(/94\.\d\s%/);
    await expect(panel(page, "Heads")).toContainText("Switching L0H7 off lowers log p(8) by 7.9");
  });

  await test.step("the page says which model answers, and on what", async () => {
    await expectModel(page);
    await modelChip(page).click();
    await expect(page.getByRole("banner")).toContainText(
      "llama, 6 layers × 8 heads, 512 neurons a layer, 1,378 tokens, context 64",
    );
    if (backendName() === "WASM")
      await expect(page.getByRole("banner")).toContainText(/no graphics processor|no WebGPU/);
    await page.keyboard.press("Escape");
  });

  await test.step("8 is the answer, with about 94 %", async () => {
    await expect(panel(page, "Prediction").getByText("recorded")).toHaveCount(0);
    const [, first] = await panel(page, "Prediction").getByRole("row").allTextContents();
    expect(first).toMatch(/^8.*9[345]\.\d\s%/);
    await expect(panel(page, "Prediction")).toContainText(/The model answers “8” with 9[345]\.\d\s%/);
    await expect(page.getByRole("list", { name: "5 tokens" })).toContainText("⟨s⟩");
  });

  await test.step("every head has its number, and L0H7 the largest", async () => {
    await expectWholeSweep(page);
    await expect(headCell(page, "L0H7")).toHaveAccessibleName(/effect 7\.9\d nats, on/);
    await expect(panel(page, "Heads")).toContainText(
      /^.*Switching L0H7 off lowers log p\(8\) by 7\.9\d; no other head moves it by more than/,
    );
  });
  await picture(page, "first-look");
});

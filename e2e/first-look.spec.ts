import { FIRST_MODEL } from "../src/model/shipped-models.ts";
import {
  FIRST_LOOK,
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

// whoever comes for the first time reads probabilities
test.use({ isForResearchers: false });

test("opening the page shows what 95-77= gives and which heads carry it", async ({ page }) => {
  await openApp(page, FIRST_LOOK);

  await test.step("the recorded finding can be read before the model is there", async () => {
    await expect(predictionRow(page, "18")).toContainText(/9[23]\.\d\s%/);
    await expect(panel(page, "Heads")).toContainText(/Switching L3H3 off takes 18 from 9[23]\.\d\s% to <\s0\.1\s%/);
  });

  await test.step("the page says which model answers, and on what", async () => {
    await expectModel(page, FIRST_MODEL);
    await modelChip(page).click();
    await expect(page.getByRole("banner")).toContainText(
      "llama, 6 layers × 8 heads, 512 neurons a layer, 1,392 tokens, context 64",
    );
    if (backendName() === "WASM")
      await expect(page.getByRole("banner")).toContainText(/no graphics processor|no WebGPU/);
    await page.keyboard.press("Escape");
  });

  await test.step("18 is the answer, with about 93 %", async () => {
    await expect(panel(page, "Prediction").getByText("recorded")).toHaveCount(0);
    const [, first] = await panel(page, "Prediction").getByRole("row").allTextContents();
    expect(first).toMatch(/^18.*9[234]\.\d\s%/);
    await expect(panel(page, "Prediction")).toContainText(/The model answers “18” with 9[234]\.\d\s%/);
    await expect(page.getByRole("list", { name: "5 tokens" })).toContainText("⟨s⟩");
  });

  await test.step("every head has its number, and L3H3 the largest", async () => {
    await expectWholeSweep(page);
    await expect(headCell(page, "L3H3")).toHaveAccessibleName(
      /^L3H3: without it ÷1?\d\dk, (?:[6-9]\d|1[0-6]\d),\d00 times less likely, on$/,
    );
    await expect(panel(page, "Heads")).toContainText(
      /^.*Switching L3H3 off takes 18 from 9[234]\.\d\s% to <\s0\.1\s%; the next, L\dH\d, from/,
    );
  });
  await picture(page, "first-look");
});

import { expect, expectWholeSweep, headCell, openWithModel, panel, picture, predictionRow, test } from "./support.ts";

const IS_GONE = /<\s0\.1\s%$/;

test("switching the most important head off makes the answer fall", async ({ page }) => {
  await openWithModel(page);
  await expectWholeSweep(page);
  const answer = predictionRow(page, "8");
  const switchedOff = panel(page, "Switched off");

  await test.step("by click: the probability before and after stand side by side", async () => {
    await headCell(page, "L0H7").click();
    await page.getByRole("button", { name: "Switch L0H7 off" }).click();
    await expect(answer.getByRole("cell")).toHaveText([/^9[345]\.\d\s%$/, IS_GONE]);
    await expect(panel(page, "Prediction")).toContainText(
      /With L0H7 off, p\(8\) falls from 9[345]\.\d\s% to <\s0\.1\s%, log p by 7\.9\d nats/,
    );
    await expect(headCell(page, "L0H7")).toHaveAccessibleName(/, off$/);
    await expect(page.getByRole("status", { name: "Prediction, spoken" })).toContainText("With L0H7 off");
    await picture(page, "switch-off");
  });

  await test.step("by slider: half of the head is enough for the answer", async () => {
    await switchedOff.getByRole("slider", { name: "Scale of L0H7" }).fill("0.5");
    await expect(panel(page, "Prediction")).toContainText("With L0H7 ×0.5");
    await expect(answer.getByRole("cell").last()).toHaveText(/9\d\.\d\s%$/);
    await expect(headCell(page, "L0H7")).toHaveAccessibleName(/, scaled by 0\.5$/);
    await picture(page, "switch-off-scaled");
  });

  await test.step("undo takes back the slider, then the switch", async () => {
    await switchedOff.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(answer.getByRole("cell").last()).toHaveText(IS_GONE);
    await switchedOff.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(answer.getByRole("cell")).toHaveText([/^9[345]\.\d\s%$/]);
    await expect(switchedOff).toContainText("Nothing: this is the model as it is.");
  });

  await test.step("by keyboard: Enter on the map, and in the box for names", async () => {
    await headCell(page, "L0H7").focus();
    await page.keyboard.press("Enter");
    await expect(answer.getByRole("cell").last()).toHaveText(IS_GONE);
    const box = switchedOff.getByRole("textbox", { name: "Heads and neurons to switch off" });
    await box.fill("1.3");
    await box.press("Enter");
    await expect(switchedOff.getByRole("listitem")).toHaveCount(2);
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off, L1H3 off");
  });

  await test.step("reset all brings the model back as it is", async () => {
    await switchedOff.getByRole("button", { name: "Reset all" }).click();
    await expect(answer.getByRole("cell")).toHaveText([/^9[345]\.\d\s%$/]);
    await expect(headCell(page, "L1H3")).toHaveAccessibleName(/, on$/);
  });
});

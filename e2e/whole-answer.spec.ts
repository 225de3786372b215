import { expect, headCell, openWithModel, panel, picture, test, withEngine } from "./support.ts";

const LOOKS = [
  { colorScheme: "light", width: 1440, height: 900 },
  { colorScheme: "dark", width: 1440, height: 900 },
  { colorScheme: "light", width: 390, height: 844 },
  { colorScheme: "dark", width: 390, height: 844 },
] as const;

test("an answer of several tokens is scored whole, before and after a head is off", async ({ page }) => {
  await openWithModel(page);
  const prediction = panel(page, "Prediction");
  const whole = panel(page, "The whole answer");

  await test.step("a typed answer of two tokens: the target is the first", async () => {
    await page.getByRole("button", { name: /^target: / }).click();
    await page.getByRole("textbox", { name: "Target token" }).fill("8+9");
    await page.getByRole("button", { name: "Ask about it" }).click();
    await expect(whole).toContainText("“8+9” is 3 tokens here: 8 · + · 9. The target is the first, 8.");
    await expect(whole).toContainText(
      /Taking the most probable token each time, the model leaves it at \S+, token [23]/,
    );
    await expect(page.getByRole("button", { name: "target: 8", exact: true })).toBeVisible();
    await expect(whole.getByRole("row").nth(1).getByRole("cell")).toHaveText([/^9[345]\.\d\s%$/]);
  });

  await test.step("what the page shows is what a script gets", async () => {
    const { tokens, logProbability } = await withEngine(
      page,
      (engine, answer) => engine.scoreAnswer("3+5=", { answer }),
      "8+9",
    );
    expect(tokens.reduce((sum, token) => sum + token.logProbability, 0)).toBeCloseTo(logProbability, 9);
    await expect(whole.getByRole("row").last()).toContainText(logProbability.toFixed(2).replace("-", "−"));
  });

  await test.step("with a head off, both stand side by side", async () => {
    await headCell(page, "L0H7").click();
    await page.getByRole("button", { name: "Switch L0H7 off" }).click();
    await expect(whole.getByRole("row").nth(1).getByRole("cell").last()).toHaveText(/<\s0\.1\s%$/);
    await expect(whole).toContainText("; with what is changed, it leaves it at 8, token 1, which ranks number");
    for (const { colorScheme, ...viewport } of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await whole.scrollIntoViewIfNeeded();
      await picture(page, `whole-answer-${colorScheme}-${viewport.width}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
  });

  await test.step("another token in the table takes the answer away", async () => {
    await prediction.getByRole("button", { name: "4", exact: true }).click();
    await expect(whole).toHaveCount(0);
  });
});

import { expect, expectModel, modelChip, openApp, openWithModel, panel, picture, test } from "./support.ts";

test("a bundled model says what it is, and the other one is at hand", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page);
  await modelChip(page).click();
  await page.getByRole("button", { name: "About abacus…" }).click();
  const card = page.getByRole("dialog", { name: "abacus" });
  await expect(card).toContainText("A model organism");
  await expect(card.getByRole("row", { name: /^one digit, \+/ })).toBeVisible();
  await expect(card).toContainText(/q8: (?:no answer|\d+ answers) of/);
  await page.keyboard.press("Escape");
  await expect(card).toBeHidden();

  await modelChip(page).click();
  await page.getByRole("button", { name: "Load abacus-2, which comes with the page" }).click();
  await expectModel(page, "abacus-2");
  await expect(panel(page, "Prediction").getByRole("rowheader", { name: "8", exact: true })).toBeVisible();
  await expect.poll(() => new URL(page.url()).hash).toContain("m=abacus-2");
  await modelChip(page).click();
  await page.getByRole("button", { name: "About abacus-2…" }).click();
  await expect(page.getByRole("dialog", { name: "abacus-2" })).toContainText("Chosen among nine runs");
  await picture(page, "model-card");
  // a link names it, and it opens by itself, as it comes with the page
  await page.goto("about:blank");
  await openApp(page, "#v=1&m=abacus-2&p=7%2B8%3D");
  await expectModel(page, "abacus-2");
  await expect(panel(page, "Prediction").getByRole("rowheader", { name: "15", exact: true })).toBeVisible();
});

test(
  "the second model's adapters, one for each layer, are compared as they come",
  { tag: "@page" },
  async ({ page }) => {
    test.setTimeout(180_000);
    await openApp(page, "#v=1&m=abacus-2&p=3%2B5%3D&view=experiments&ex=adapters;suite:negative;n:4");
    await expectModel(page, "abacus-2");
    const experiments = panel(page, "Experiments");
    await expect(experiments).toContainText(/n = 4 cases .* 8 answer tokens\. .* prompts in \d+ batches/, {
      timeout: 60_000,
    });
    await experiments.getByRole("button", { name: "Run", exact: true }).click();
    await expect(experiments).toContainText(
      /The best is layer-[12] \(layer [12]\)|layer-[012],? .*are the best with [\d.]+\s%\s? each/,
      { timeout: 120_000 },
    );
    for (const layer of [0, 1, 2, 3, 4, 5]) {
      await expect(experiments.getByRole("rowheader", { name: `layer-${layer}`, exact: true })).toBeVisible();
    }
    await picture(page, "bundled-adapters", { fullPage: true });
  },
);

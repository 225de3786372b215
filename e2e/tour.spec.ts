import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { FIRST_LOOK, expect, openWithModel, panel, picture, test } from "./support.ts";

const tour = (page: Page) => page.getByRole("dialog", { name: /./ }).filter({ hasText: /\d of 7/ });

test(
  "the tour leads over the page by keyboard, is left and gone on with, on a phone as well",
  { tag: "@page" },
  async ({ page }) => {
    await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "light" });
    await openWithModel(page, FIRST_LOOK);
    await page.getByRole("button", { name: "Take the tour" }).click();
    await expect(tour(page)).toContainText("1 of 7");
    await expect(tour(page).getByRole("button", { name: "Next" })).toBeFocused();

    await test.step("arrows go on and back, and the page does what is spoken of", async () => {
      await page.keyboard.press("ArrowRight");
      await expect(tour(page)).toContainText("2 of 7");
      await expect(panel(page, "Prediction").getByRole("deletion")).toHaveText("18");
      await page.keyboard.press("Enter");
      await expect(panel(page, "Neurons")).toContainText("loses most");
      await page.keyboard.press("ArrowLeft");
      await expect(tour(page)).toContainText("2 of 7");
    });

    await test.step("Escape leaves it, and it goes on after a reload, on a dark phone", async () => {
      await page.keyboard.press("Escape");
      await expect(tour(page)).toHaveCount(0);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "dark" });
      await page.reload();
      await page.getByRole("button", { name: "Words and shortcuts" }).click();
      await page.getByRole("button", { name: "Go on with the tour, 2 of 7" }).click();
      await expect(tour(page)).toContainText("2 of 7");
      const { violations } = await new AxeBuilder({ page }).include(".tour").analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
      await picture(page, "tour-phone");
    });

    await test.step("to its end, over chain, comparison and link", async () => {
      const next = tour(page).getByRole("button", { name: "Next" });
      await next.click();
      await next.click();
      await expect(panel(page, "Chain")).toBeVisible();
      await next.click();
      await expect(tour(page)).toContainText("Beside another prompt");
      await next.click();
      await next.click();
      await tour(page).getByRole("button", { name: "Done" }).click();
      await expect(tour(page)).toHaveCount(0);
    });
  },
);

test("a word says what it means where it stands, by focus, pointer and touch", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0&sel=L0H7");
  const logP = panel(page, "Prediction").getByRole("button", { name: "log p", exact: true });
  const sentence = page.getByRole("tooltip");
  await logP.focus();
  await expect(sentence).toContainText("How surprised the model is by a word, in nats: −0.06 is nearly certain");
  await expect(logP).toHaveAccessibleDescription(/Natural logarithm of a probability/);
  await page.keyboard.press("Escape");
  await expect(sentence).toHaveCount(0);
  await panel(page, "Inspector").getByRole("button", { name: "effect alone" }).hover();
  await expect(sentence).toContainText("How much less sure of the word the model is without this part.");
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
});

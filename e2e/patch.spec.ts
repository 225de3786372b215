import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, freshProfile, openWithModel, panel, picture, test } from "./support.ts";

const PHONE = { width: 390, height: 844 };
const PAIR = "#v=1&m=abacus&p=9-4%3D&view=patch&pc=9%2B4%3D";

const patches = (page: Page) => panel(page, "Patch");
const readout = (page: Page) => patches(page).locator(".plot-readout");
const violations = async (page: Page) => (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);

test(
  "two prompts, patched: where the difference lies, which head carries it, in either look",
  { tag: "@page" },
  async ({ page }) => {
    await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "light" });
    await openWithModel(page, PAIR);
    await patches(page).getByRole("button", { name: "Patch", exact: true }).click();
    await expect(patches(page)).toContainText("logit(5) − logit(13) is");
    await expect(patches(page)).toContainText("Cost: 19.5 forwards");

    await test.step("the keyboard reads the cells; nothing that both prompts share carries anything", async () => {
      await patches(page).getByRole("grid").focus();
      for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
      await expect(readout(page)).toHaveText(/^L1 at 2 \(- → \+\): 0\.0/);
      await page.keyboard.press("End");
      await expect(readout(page)).toHaveText(/^L1 at 4 \(=\): 0\.99/);
      await picture(page, "patch-residual", { fullPage: true });
    });

    await test.step("a cell leads to the heads at its position, and a head to its card", async () => {
      await page.keyboard.press("Enter");
      await patches(page).getByRole("button", { name: "Patch the heads at position 4" }).click();
      await expect(patches(page)).toContainText("heads, position 4");
      await expect(patches(page)).toContainText(/L0H7 of the clean one moves it most: 0\.98/);
      await patches(page).getByRole("grid").focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("End");
      await page.keyboard.press("Enter");
      await expect(panel(page, "Inspector")).toContainText("L0H7");
    });

    await test.step("light and dark, wide and on a phone", async () => {
      await picture(page, "patch-heads-light-wide", { fullPage: true });
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      await picture(page, "patch-heads-dark-wide", { fullPage: true });
      await page.setViewportSize(PHONE);
      await picture(page, "patch-heads-dark-phone", { fullPage: true });
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "light" });
      await picture(page, "patch-heads-light-phone", { fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  },
);

test(
  "a link to patches makes them again for whoever opens it, and says that they are the same",
  { tag: "@page" },
  async ({ page, context, baseURL }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await openWithModel(page, `${PAIR}&ps=z`);
    await patches(page).getByRole("button", { name: "Patch", exact: true }).click();
    await expect(patches(page)).toContainText(/L0H7 of the clean one moves it most: 0\.98/);
    await page.getByRole("button", { name: "Copy link" }).click();
    await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toContain("L0H7:");
    const reader = await freshProfile(page, baseURL!);
    await openWithModel(reader.page, new URL(link).hash);
    await expect(patches(reader.page)).toContainText("The link says:");
    await expect(patches(reader.page)).toContainText("reproduced on this machine");
    expect(reader.problems.unexpected).toEqual([]);
    await reader.page.context().close();
  },
);

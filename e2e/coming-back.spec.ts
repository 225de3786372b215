import { chromium } from "@playwright/test";
import {
  ask,
  expect,
  expectModel,
  expectWholeSweep,
  freshProfile,
  openWithModel,
  panel,
  predictionRow,
  promptBox,
  test,
} from "./support.ts";

test(
  "left for another page and come back to, the tab is the one that the browser kept in memory, and answers the next question",
  { tag: "@page" },
  async ({ baseURL }, info) => {
    const browser = await chromium.launch({
      ...info.project.use.launchOptions,
      // Playwright tells Chromium to keep no page, and waits for a load that a page from memory does not have
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
    });
    const { page, problems } = await freshProfile(await browser.newPage(), baseURL!);
    await page.addInitScript(() => {
      window.addEventListener("pageshow", ({ persisted }) => {
        document.documentElement.dataset["shown"] = persisted ? "from memory" : "loaded";
      });
    });
    const root = page.locator("html");

    await openWithModel(page, "#v=1&m=abacus&p=4%2B5%3D&x=L0H7*0");
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off");
    // a page that gets its answer while it is kept may be dropped
    await expectWholeSweep(page);
    await expect(root).toHaveAttribute("data-shown", "loaded");
    await page.goto("/docs/index.html");
    await page.evaluate(() => history.back());

    await expect(root).toHaveAttribute("data-shown", "from memory");
    await expectModel(page);
    await expect(promptBox(page)).toHaveValue("4+5=");
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off");
    await expectWholeSweep(page);
    await ask(page, "3+4=");
    await expect(predictionRow(page, "7")).toBeVisible();
    await expectWholeSweep(page);
    expect(problems.unexpected).toEqual([]);
    await browser.close();
  },
);

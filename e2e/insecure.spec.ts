import { ask, expect, expectModel, expectWholeSweep, freshProfile, panel, predictionRow, test } from "./support.ts";

/** No localhost, no https: what a classroom sees of a page that one machine serves to the others. The browser is told where it is. */
const CLASSROOM = "http://classroom.test";

test(
  "a page served over http to other machines answers on WASM and says what https would add",
  { tag: "@page" },
  async ({ page: own, baseURL }) => {
    const address = `${CLASSROOM}:${new URL(baseURL!).port}`;
    const { page, problems } = await freshProfile(own, address);
    // what isolates a page counts in secure contexts alone, and Chromium says so
    problems.expect(/Cross-Origin-Opener-Policy header has been ignored/);
    await page.goto("/");
    expect(await page.evaluate(() => [isSecureContext, "locks" in navigator, "storage" in navigator])).toEqual([
      false,
      false,
      false,
    ]);
    await expect(page.getByRole("status").filter({ hasText: "The page was opened over http" })).toHaveCount(1);
    await expectModel(page);
    await ask(page, "4+5=");
    await expect(predictionRow(page, "9")).toBeVisible();
    await expectWholeSweep(page);
    await page.getByRole("button", { name: "Copy link" }).click();
    await expect(page.getByRole("status").filter({ hasText: `The link: ${address}/#` })).toHaveCount(1);
    await expect(panel(page, "Heads")).toBeVisible();
    expect(problems.unexpected).toEqual([]);
    await page.context().close();
  },
);

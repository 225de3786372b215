import { FIRST_MODEL } from "../src/model/shipped-models.ts";
import {
  ask,
  expect,
  expectModel,
  expectWholeSweep,
  freshProfile,
  modelChip,
  panel,
  predictionRow,
  test,
} from "./support.ts";

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
    await expectModel(page, FIRST_MODEL);
    await modelChip(page).click();
    await expect(page.getByText(/ on one thread$/)).toBeVisible();
    await expect(page.getByText("WASM computes on one core here")).toBeVisible();
    await page.keyboard.press("Escape");
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

/** What older browsers and careless hosts lack, all at once: each by itself is held by `workers/engine/load/contexts.test.ts`. */
test(
  "without promise integration, storage, locks and a MIME type for WebAssembly the page answers on as many threads as its address asks for",
  { tag: "@page" },
  async ({ page, problems }) => {
    const lacking = `
      delete WebAssembly.Suspending;
      for (const name of ["storage", "locks"]) delete Object.getPrototypeOf(navigator)[name];
    `;
    await page.addInitScript(lacking);
    await page.route(/\/assets\/worker-[\w-]+\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `{${lacking}}\n${await response.text()}` });
    });
    const builds: string[] = [];
    await page.route(/\.wasm$/, async (route) => {
      builds.push(route.request().url());
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), "content-type": "text/plain" } });
    });
    await page.goto("/?threads=2");
    await expectModel(page, FIRST_MODEL);
    expect(builds.some((url) => url.includes("asyncify"))).toBe(true);
    await modelChip(page).click();
    await expect(page.getByText(/ on 2 threads$/)).toBeVisible();
    await page.keyboard.press("Escape");
    await ask(page, "4+5=");
    await expect(predictionRow(page, "9")).toBeVisible();
    await expectWholeSweep(page);
    expect(problems.unexpected).toEqual([]);
  },
);

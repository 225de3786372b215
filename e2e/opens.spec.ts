import { FIRST_LOOK, expect, openApp, test } from "./support.ts";

test("the page opens under its name", async ({ page }) => {
  await openApp(page, FIRST_LOOK);
  await expect(page).toHaveTitle(/Arithmoscope/);
  await expect(page.locator("body")).toContainText("Arithmoscope");
});

test("the browser has the backend that this project is about", async ({ page }, { project }) => {
  await openApp(page, FIRST_LOOK);
  const hasAdapter = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
  expect(hasAdapter).toBe(project.name === "webgpu");
});

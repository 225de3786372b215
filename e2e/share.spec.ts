import type { Page } from "@playwright/test";
import { expect, openApp, openWithModel, panel, picture, promptBox, test } from "./support.ts";

const opened = (page: Page) => panel(page, "The opened link");
const icon = (page: Page) => page.locator('link[rel="icon"]');

test("a wrong number is seen at once, in the tab's icon too", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, "#v=1&m=abacus&d=q8&p=3%2B5=&b=-3");
  await expect(opened(page).getByRole("status")).toContainText(
    "≠ Differs on this machine. The largest difference is 2.9 nats",
  );
  await expect(icon(page)).toHaveAttribute("href", /^data:image\/svg\+xml,/);
});

test(
  "another page frames the figure with its sentence, its check and the way to the whole, and nothing else",
  { tag: "@page" },
  async ({ page, baseURL }) => {
    const fragment = "v=1&m=abacus&d=q8&p=3%2B5=&b=-0.0602&title=A%20map";
    await page.route("**/blog.html", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><html lang="en"><title>blog</title><main><h1>blog</h1><iframe src="${baseURL}/?embed#${fragment.replaceAll("&", "&amp;")}" title="A map" width="360" height="800"></iframe></main></html>`,
      }),
    );
    await page.goto("/blog.html");
    const frame = page.frameLocator("iframe");
    await expect(frame.getByRole("status")).toContainText("Reproduced on this machine");
    await expect(frame.getByRole("heading")).toHaveText("What each head is worth to “8” after “3+5=” in abacus");
    await expect(frame.getByRole("main")).toContainText("A map");
    await expect(frame.getByRole("main")).toContainText(/L0H7/);
    await expect(frame.getByRole("button")).toHaveCount(0);
    await expect(frame.getByRole("textbox")).toHaveCount(0);
    await expect(frame.getByRole("banner")).toHaveCount(0);
    await picture(page, "embed-framed");
    await frame.getByRole("link", { name: "Look into it in Arithmoscope" }).click();
    await expect(page).toHaveURL(new RegExp(`^${baseURL}/#v=1&m=abacus`));
    await expect(promptBox(page)).toHaveValue("3+5=");
  },
);

test("a frame loads no model from elsewhere", { tag: "@page" }, async ({ page }) => {
  await openApp(page, "?embed#v=1&m=somebody/something@main&p=3%2B5=&b=-0.5");
  await expect(page.getByRole("main")).toContainText(
    "This finding is about somebody/something, which does not come with this page: nothing of it is downloaded here.",
  );
  await expect(page.getByRole("status")).toContainText("Not checked on this machine yet");
});

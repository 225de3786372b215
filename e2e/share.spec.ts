import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import {
  expect,
  expectModel,
  expectWholeSweep,
  freshProfile,
  headCell,
  openApp,
  openWithModel,
  panel,
  picture,
  promptBox,
  test,
} from "./support.ts";

const sheet = (page: Page) => page.getByRole("dialog", { name: "Share this finding" });
const opened = (page: Page) => panel(page, "The opened link");
const icon = (page: Page) => page.locator('link[rel="icon"]');

const LOOKS = [
  { colorScheme: "light", width: 390, height: 844 },
  { colorScheme: "dark", width: 1280, height: 800 },
  { colorScheme: "dark", width: 360, height: 640 },
  { colorScheme: "light", width: 800, height: 600 },
] as const;

async function inEveryLook(page: Page, story: string): Promise<void> {
  for (const { colorScheme, ...size } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    await picture(page, `${story}-${colorScheme}-${size.width}`);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
    const [needed, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(needed).toBeLessThanOrEqual(shown);
    const dialog = page.locator("dialog[open]");
    if ((await dialog.count()) > 0) {
      expect(await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
    }
  }
}

// whoever comes for the first time reads probabilities
test.use({ isForResearchers: false });

test(
  "a finding is shared with a person's own words, and that it is reproduced is seen at once where it is opened",
  { tag: "@page" },
  async ({ page, context, baseURL }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await openWithModel(page);
    await expectWholeSweep(page);
    await headCell(page, "L0H7").click();
    await page.getByRole("button", { name: "Switch L0H7 off" }).click();
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off");

    await test.step("by keyboard: the dialog has the focus, is closed by Escape and gives it back", async () => {
      await page.getByRole("button", { name: "Share…" }).focus();
      await page.keyboard.press("Enter");
      await expect(sheet(page)).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(sheet(page)).toBeHidden();
      await expect(page.getByRole("button", { name: "Share…" })).toBeFocused();
      await page.keyboard.press("Enter");
    });

    await sheet(page).getByLabel("Title").fill("One head carries 3 + 5");
    await sheet(page).getByLabel("Note").fill("Its mean does as well:\n<b>try it</b>.");
    await inEveryLook(page, "share-dialog");
    await test.step("the figure and its numbers are saved from there", async () => {
      for (const name of ["SVG", "PNG", "JSON", "CSV"]) {
        const download = page.waitForEvent("download");
        await sheet(page).getByRole("button", { name, exact: true }).click();
        expect((await download).suggestedFilename()).toBe(`abacus_3+5=_heads.${name.toLowerCase()}`);
      }
    });
    await sheet(page).getByRole("button", { name: "Copy link" }).click();
    await expect(sheet(page)).toContainText("Copied.");
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/&title=One%20head%20carries%203%20%2B%205&note=Its%20mean/);

    const { page: theirs, problems } = await freshProfile(page, baseURL!, { isForResearchers: false });
    await theirs.goto(link);
    await test.step("who opens it reads them as text, and sees what came of the check, in the tab's icon too", async () => {
      await expect(opened(theirs)).toContainText("One head carries 3 + 5");
      await expect(opened(theirs)).toContainText("<b>try it</b>.");
      await expectModel(theirs);
      await expect(opened(theirs).getByRole("status")).toHaveText(
        /^✓ Reproduced on this machine\. 2 numbers of the answer were computed anew: the largest difference is (?:below )?\S+ nats, of 0\.001 nats that rounding may make\. Computed by abacus in q8 on WASM\.$/,
      );
      await expect(opened(theirs).getByRole("status")).toBeInViewport({ ratio: 1 });
      await expect(icon(theirs)).toHaveAttribute("href", /^data:image\/svg\+xml,/);
      await inEveryLook(theirs, "share-opened");
    });
    await test.step("something else asked is told from it, and a press leads back", async () => {
      await theirs.getByRole("button", { name: "Undo L0H7" }).click();
      await expect(icon(theirs)).toHaveAttribute("href", /arithmoscope\.svg$/);
      await opened(theirs).getByRole("button", { name: "Back to the link’s finding" }).click();
      await expect(opened(theirs).getByRole("status")).toContainText("Reproduced on this machine");
    });
    expect(problems.unexpected).toEqual([]);
    await theirs.context().close();

    await test.step("undo lasts over a reload", async () => {
      await page.keyboard.press("Escape");
      await page.reload();
      await expectModel(page);
      await panel(page, "Switched off").getByRole("button", { name: "Undo", exact: true }).click();
      await expect(panel(page, "Switched off")).toContainText("Nothing: this is the model as it is.");
      await expect(promptBox(page)).toHaveValue("3+5=");
    });
  },
);

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

test("a frame is legible at every width and in both themes", { tag: "@page" }, async ({ page }) => {
  await page.goto("/?embed#v=1&m=abacus&d=q8&p=3%2B5=&b=-0.0602&title=A%20map&note=One%20line.");
  await expect(page.getByRole("status")).toContainText("Reproduced on this machine");
  await inEveryLook(page, "embed-heads");
  for (const view of ["chain", "neurons&x=L0H7*0"]) {
    await page.goto(`/?embed#v=1&m=abacus&d=q8&p=3%2B5=&view=${view}`);
    await page.reload();
    await expect(page.getByRole("heading")).toContainText(/logic chain|Neurons that lose/);
    await inEveryLook(page, `embed-${view.slice(0, 5)}`);
  }
});

const FIGURES = [
  {
    what: "two maps",
    fragment: "&b=-0.0602&hcmp=4%2B5=",
    heading: "What each head is worth to “8” after “3+5=” and to “9” after “4+5=” in abacus",
    says: "differs most",
  },
  {
    what: "the lab's plot",
    fragment: "&b=-0.0602&view=lab&plq=head&plp=L0H7",
    heading: "The answer without L0H7 over a and b in “{a}+{b}=” in abacus",
    says: "explains",
  },
  {
    what: "an experiment",
    fragment: "&b=-0.0602&view=experiments&ex=heads;suite:abacus-2d;n:5",
    heading: "Heads × operations: accuracy lost, zero-ablation, in abacus",
    says: "cost most over all groups",
  },
] as const;

for (const { what, fragment, heading, says } of FIGURES) {
  test(
    `a frame draws ${what} by itself, with sentence, check and the way to the whole`,
    { tag: "@page" },
    async ({ page }) => {
      await page.goto(`/?embed#v=1&m=abacus&d=q8&p=3%2B5=${fragment}`);
      const main = page.getByRole("main");
      await expect(main.getByRole("heading")).toHaveText(heading, { timeout: 60_000 });
      await expect(main).toContainText(says, { timeout: 60_000 });
      await expect(main.locator("svg.marks")).toBeVisible();
      await expect(page.getByRole("status")).toContainText("Reproduced on this machine");
      await expect(main.getByRole("button")).toHaveCount(0);
      for (const { colorScheme, ...size } of [LOOKS[0], { ...LOOKS[1], width: 1200 }]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize(size);
        await picture(page, `embed-${what}-${colorScheme}-${size.width}`);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
      }
    },
  );
}

test(
  "a frame never scrolls, however little room and however many words there are, and all of them can be read",
  { tag: "@page" },
  async ({ page }) => {
    const title = "One head carries the sum ".repeat(4).trim();
    const note = `${"It is true by its mean too. ".repeat(16)}\n\nThe end.`;
    const words = `&title=${encodeURIComponent(title)}&note=${encodeURIComponent(note)}`;
    await page.setViewportSize({ width: 320, height: 240 });
    for (const view of ["heads", "chain"]) {
      await page.goto(`/?embed#v=1&m=abacus&d=q8&p=3%2B5=&b=-0.0602&view=${view}${words}`);
      await page.reload();
      await expect(page.getByRole("status")).toContainText("Reproduced on this machine");
      await expect(page.getByRole("main").locator("figure")).toBeVisible();
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        await picture(page, `embed-words-${view}-${width}-${height}`);
        const over = await page.evaluate(() => {
          const { scrollHeight, scrollWidth } = document.documentElement;
          return [scrollHeight - innerHeight, scrollWidth - innerWidth];
        });
        expect([view, width, height, ...over]).toEqual([view, width, height, 0, 0]);
        await expect(page.getByRole("link", { name: "Look into it in Arithmoscope" })).toBeInViewport({ ratio: 1 });
        await expect(page.locator("figure svg, figure table").first()).toBeInViewport();
        // so many words never have room
        await expect(page.locator("summary", { hasText: "All words" })).toBeInViewport({ ratio: 1 });
      }
      await page.setViewportSize({ width: 320, height: 240 });
      await page.locator("summary", { hasText: "All words" }).click();
      const all = page.getByRole("region", { name: "All words" });
      await expect(all).toContainText(title);
      await all.getByText("The end.").scrollIntoViewIfNeeded();
      await expect(all.getByText("The end.")).toBeInViewport();
    }
  },
);

const SIZES = [
  [320, 240],
  [360, 640],
  [560, 300],
  [800, 480],
  [1200, 700],
] as const;

test("a frame loads no model from elsewhere", { tag: "@page" }, async ({ page }) => {
  await openApp(page, "?embed#v=1&m=somebody/something@main&p=3%2B5=&b=-0.5");
  await expect(page.getByRole("main")).toContainText(
    "This finding is about somebody/something, which does not come with this page: nothing of it is downloaded here.",
  );
  await expect(page.getByRole("status")).toContainText("Not checked on this machine yet");
});

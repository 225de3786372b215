import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import {
  FIRST_LOOK,
  ask,
  expect,
  expectWholeSweep,
  modelChip,
  neuronRows,
  openApp,
  openModelList,
  openWithModel,
  panel,
  picture,
  promptBox,
  test,
} from "./support.ts";

const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

const LOOKS = [
  { colorScheme: "light", size: "phone", isAudited: false },
  { colorScheme: "dark", size: "phone", isAudited: true },
  { colorScheme: "dark", size: "wide", isAudited: false },
  { colorScheme: "light", size: "wide", isAudited: true },
] as const;

test("axe finds no violation, in light and dark, wide and on a phone", { tag: "@page" }, async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openWithModel(page, FIRST_LOOK);
  await expectWholeSweep(page);
  await inEveryLook(page, "opened");

  await test.step("a head off and in the inspector", async () => {
    await openApp(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0&sel=L0H7");
    await expect(panel(page, "Inspector").getByRole("img", { name: /Attention pattern/ })).toBeVisible();
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off");
    await inEveryLook(page, "head");
  });

  await test.step("the comparison, and a neuron's card", async () => {
    await page.getByRole("tab", { name: "Neurons" }).click();
    await expect(neuronRows(page)).toHaveCount(10);
    await panel(page, "Neurons").getByRole("button", { name: "L4N425" }).click();
    await expect(
      panel(page, "Inspector").getByRole("table", { name: /^(?:Value vector promotes|Promotes here)/ }),
    ).toBeVisible();
    await inEveryLook(page, "neuron");
  });

  await test.step("the list of words and keys", async () => {
    await page.getByRole("button", { name: "Words and shortcuts" }).click();
    await expect(page.getByRole("dialog", { name: "Words and shortcuts" })).toBeVisible();
    await inEveryLook(page, "help");
    await page.getByRole("button", { name: "Close", exact: true }).click();
  });

  await test.step("the model's menu", async () => {
    await modelChip(page).click();
    await inEveryLook(page, "model");
    await page.keyboard.press("Escape");
  });

  await test.step("the list of language models", async () => {
    await expect(await openModelList(page)).toContainText("Mistral 7B");
    await inEveryLook(page, "models");
    await page.getByRole("button", { name: "Close", exact: true }).click();
  });

  await test.step("a notice", async () => {
    await ask(page, "1+".repeat(40));
    await expect(page.getByRole("alert")).toBeVisible();
    await inEveryLook(page, "notice");
  });
});

/**
 * Takes a picture of the page as it stands in each colour scheme and width. Axe looks at one of each: colours do not depend
 * on the width, nor places on the scheme.
 */
async function inEveryLook(page: Page, story: string): Promise<void> {
  for (const { colorScheme, size, isAudited } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(SIZES[size]);
    await picture(page, `look-${story}-${colorScheme}-${size}`, { fullPage: true });
    if (isAudited) expect(await violations(page), `${story}, ${colorScheme}, ${size}`).toEqual([]);
    await expectNoSidewaysScroll(page);
  }
}

test("axe finds no violation in what opens over the page, each in another look", { tag: "@page" }, async ({ page }) => {
  const LOOKS = [
    { colorScheme: "dark", size: "wide" },
    { colorScheme: "light", size: "phone" },
    { colorScheme: "dark", size: "phone" },
    { colorScheme: "light", size: "wide" },
  ] as const;
  let looks = 0;
  const inALook = async (what: string) => {
    const { colorScheme, size } = LOOKS[looks++ % LOOKS.length]!;
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(SIZES[size]);
    expect(await violations(page), `${what}, ${colorScheme}, ${size}`).toEqual([]);
  };
  await openWithModel(page, FIRST_LOOK);
  await expectWholeSweep(page);
  for (const name of ["examples", /^target/]) {
    await page.getByRole("button", { name }).click();
    await expect(page.locator(".sheet")).toBeVisible();
    await inALook(`the menu ${String(name)}`);
    await page.keyboard.press("Escape");
  }
  await panel(page, "Heads").getByRole("button", { name: "Enlarge" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await inALook("an enlarged figure");
  await page.keyboard.press("Escape");
  await modelChip(page).click();
  await inALook("the menu of models");
  await page.getByRole("button", { name: "About abacus-2…" }).click();
  await expect(page.getByRole("dialog")).toContainText("How it was made");
  await inALook("a model’s card");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Take the tour" }).click();
  for (let stop = 1; stop <= 7; stop++) {
    await expect(page.locator(".tour")).toContainText(`${stop} of 7`);
    await inALook(`stop ${stop} of the tour`);
    await page
      .locator(".tour")
      .getByRole("button", { name: stop < 7 ? "Next" : "Done" })
      .click();
  }
});

test("axe finds no violation in any page of the docs", { tag: "@page" }, async ({ page }) => {
  const site = "/docs/";
  const waiting = [`${site}index.html`];
  const seen = new Set(waiting);
  for (const path of waiting) {
    await page.emulateMedia({ colorScheme: seen.size % 2 === 0 ? "dark" : "light" });
    await page.goto(path);
    expect(await violations(page), path).toEqual([]);
    const links = await page.evaluate(() => [...document.links].map(({ pathname }) => pathname));
    for (const link of links) {
      if (!link.startsWith(site) || !link.endsWith(".html") || seen.has(link)) continue;
      seen.add(link);
      waiting.push(link);
    }
  }
  expect(seen.size).toBeGreaterThan(30);
});

test("on a phone the tab bar stays within reach", { tag: "@page" }, async ({ page }) => {
  await page.setViewportSize(SIZES.phone);
  await openWithModel(page, FIRST_LOOK);
  await expectWholeSweep(page);
  await expect(page.getByRole("tab", { name: "Neurons" })).toBeInViewport();
  await page.getByRole("tab", { name: "Neurons" }).click();
  await expect(page.getByRole("button", { name: /Switch off L3H3/ })).toBeInViewport({ ratio: 1 });
  await picture(page, "phone-tab");
});

test("a person's own choice of theme outlives the visit", { tag: "@page" }, async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await openWithModel(page);
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.getByRole("button", { name: "Theme: auto, change to light" }).click();
  await page.getByRole("button", { name: "Theme: light, change to dark" }).click();
  await expect(page.getByRole("button", { name: "Theme: dark, change to auto" })).toBeVisible();
  const dark = await paper();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect(promptBox(page)).toBeVisible();
  expect(await paper()).toBe(dark);
});

/** What axe objects to, in words. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
  );
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [needed, shown] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(needed, "width of the page's content").toBeLessThanOrEqual(shown);
}

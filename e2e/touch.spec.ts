import type { Locator, Page } from "@playwright/test";
import {
  ask,
  expect,
  expectWholeSweep,
  headCell,
  modelChip,
  neuronRows,
  openApp,
  openModelList,
  openWithModel,
  panel,
  picture,
  test,
} from "./support.ts";

const QUESTION = "#v=1&m=abacus&p=3%2B5%3D";
const HEAD_OFF = `${QUESTION}&x=L0H7*0&sel=L0H7`;

test.describe("under a finger", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test(
    "everything that can be pressed is 44 pixels each way, on every tab, menu and dialog",
    { tag: "@page" },
    async ({ page }) => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      await openWithModel(page, HEAD_OFF);
      await expectWholeSweep(page);
      expect(await page.evaluate(() => matchMedia("(pointer: coarse)").matches)).toBe(true);
      await expectLarge(page, "heads");
      expect(await page.evaluate(tornByLink), "the only link of a running text keeps the text's line").toBeLessThan(2);

      await test.step("the other looks at heads", async () => {
        for (const look of ["direct", "scores", "lens"]) {
          await panel(page, "Heads").getByRole("button", { name: look, exact: true }).click();
          await expect(panel(page, "Heads").locator(".panel-foot")).toBeVisible();
          await expectLarge(page, look);
        }
        await panel(page, "Heads").getByRole("button", { name: "effect", exact: true }).click();
      });

      await test.step("the other tabs", async () => {
        await openTab(page, "Chain");
        await expect(panel(page, "Chain").locator("[data-switch]").first()).toBeVisible();
        await expectLarge(page, "chain");
        await openTab(page, "Neurons");
        await expect(neuronRows(page)).toHaveCount(10);
        await expectLarge(page, "neurons");
        await openTab(page, "Patch");
        await expect(panel(page, "Patch")).toBeVisible();
        await expectLarge(page, "patch");
        await openTab(page, "Lab");
        await expect(panel(page, "Operand plot")).toBeVisible();
        await expectLarge(page, "lab");
        await openTab(page, "Experiments");
        await expect(panel(page, "Experiments").getByRole("button", { name: "Run", exact: true })).toBeVisible();
        await expectLarge(page, "experiments");
        await openTab(page, "Heads");
      });

      await test.step("menus", async () => {
        for (const menu of [
          modelChip(page),
          ...["examples", /^target/].map((name) => page.getByRole("button", { name })),
        ]) {
          await menu.click();
          await expect(page.locator(".sheet")).toBeVisible();
          await expectLarge(page, `menu ${await menu.innerText()}`);
          await page.keyboard.press("Escape");
        }
      });

      await test.step("dialogs", async () => {
        await page.getByRole("button", { name: "Words and shortcuts" }).click();
        await expectLarge(page, "help");
        await page.getByRole("button", { name: "Close", exact: true }).click();
        await panel(page, "Heads").getByRole("button", { name: "Enlarge" }).click();
        await expect(page.getByRole("dialog")).toBeVisible();
        await expectLarge(page, "enlarged");
        await page.keyboard.press("Escape");
        await expect(await openModelList(page)).toContainText("Mistral 7B");
        await expectLarge(page, "models");
        await page.getByRole("button", { name: "Close", exact: true }).click();
      });

      await test.step("a notice", async () => {
        await ask(page, "1+".repeat(40));
        await expect(page.getByRole("alert")).toBeVisible();
        await expectLarge(page, "notice");
      });

      await test.step("the introduction, the tour and the page of findings", async () => {
        await page.goto("/?visit=first");
        await expect(panel(page, "Introduction")).toBeVisible();
        await expectLarge(page, "introduction");
        await page.getByRole("button", { name: "Words and shortcuts" }).click();
        await page.getByRole("button", { name: "Take the tour" }).click();
        await expect(page.locator(".tour")).toBeVisible();
        await expectLarge(page, "tour");
        await page.keyboard.press("Escape");
        await page.goto("/#gallery");
        await expect(page.getByRole("heading", { name: "Findings" })).toBeVisible();
        await expectLarge(page, "gallery");
      });
    },
  );

  test("on a phone the figure, a switch and what comes of it are in one view", { tag: "@page" }, async ({ page }) => {
    await inOneView(page, "phone");
  });
});

test.describe("on a projector at 150 %", () => {
  test.use({ viewport: { width: 1280, height: 720 } });

  test("the figure, a switch and what comes of it are in one view", { tag: "@page" }, async ({ page }) => {
    await inOneView(page, "projector");
  });
});

/** As the page opens, and after its first step; then of a link, and of a head that somebody picks. Nobody scrolls. */
async function inOneView(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openApp(page, "");
  await expect(modelChip(page)).toHaveAccessibleName(/ 3\.\d+\sM · q8 · WASM$/, { timeout: 60_000 });
  await expectWholeSweep(page);
  const introduction = panel(page, "Introduction");
  const map = panel(page, "Heads").getByRole("grid");
  const first = introduction.getByRole("button", { name: "Switch off the part it needs most" });
  await expectInView(page, [introduction.getByRole("heading"), first, map]);
  await picture(page, `one-view-opened-${name}`);

  await first.click();
  await expect(introduction.getByRole("deletion")).toBeVisible();
  await expect(introduction).toContainText(/it says “.+” \(.+%\); it was “.+” \(.+%\)\./);
  const back = panel(page, "Heads").getByRole("button", { name: "Switch it on" });
  await expectInView(page, [introduction.getByRole("heading"), map, back]);
  await picture(page, `one-view-off-${name}`);

  await page.goto(`/?visit=second${QUESTION}`);
  await expectWholeSweep(page);
  await headCell(page, "L1H3").click();
  const off = panel(page, "Heads").getByRole("button", { name: "Switch it off" });
  const answer = name === "phone" ? page.locator(".changes-strip") : page.locator(".answer");
  await expect(answer).toContainText(/9[345]\.\d\s%/);
  await expectInView(page, [map, off, answer]);
  await off.click();
  await expect(answer).toContainText("→");
  await expectInView(page, [map, back, answer]);
  await picture(page, `one-view-picked-${name}`);
}

/** Whole, where nobody has scrolled, and under no bar that is fixed to the window's foot. */
async function expectInView(page: Page, things: readonly Locator[]): Promise<void> {
  expect(await page.evaluate(() => scrollY), "nobody has scrolled").toBe(0);
  for (const thing of things) {
    const hidden = await thing.evaluate((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const points = [left + 2, right - 2].flatMap((x) => [top + 2, bottom - 2].map((y) => [x, y] as const));
      const isSeen = ([x, y]: readonly [number, number]) => {
        const bar = document.elementFromPoint(x, y)?.closest(".tabs, .changes-strip, .is-loading");
        return x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight && (!bar || bar.contains(element));
      };
      return points.filter((point) => !isSeen(point)).map(([x, y]) => `${Math.round(x)}, ${Math.round(y)}`);
    });
    expect(hidden, `corners of ${String(thing)} out of sight`).toEqual([]);
  }
}

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name }).click();
}

/**
 * Opens whatever is folded on the page or in the dialog before it, then looks for what is smaller than a finger. Links and words in running
 * text are let be: as high as a finger they would tear the lines apart. So are the cells of a map: there are as many as the model has heads,
 * and the line below the map has the picked one's number and switch.
 */
async function expectLarge(page: Page, where: string): Promise<void> {
  await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
  await expect.poll(() => page.evaluate(tooSmall), { message: where, timeout: 10_000 }).toEqual([]);
}

/** Runs in the page. How much higher a line is with a link in its text than without one, in pixels. */
function tornByLink(): number {
  const heightOf = (html: string) => {
    const line = document.createElement("p");
    line.innerHTML = html;
    document.querySelector("main")!.append(line);
    const { height } = line.getBoundingClientRect();
    line.remove();
    return height;
  };
  return heightOf('The chain of <a href="#p=1">another</a> has all.') - heightOf("The chain of another has all.");
}

/** Runs in the page. */
function tooSmall(): string[] {
  const least = 44;
  const reach = least / 2 - 0.5;
  const host: ParentNode = document.querySelector("dialog:modal") ?? document;
  const pressed = host.querySelectorAll<HTMLElement | SVGElement>(
    'a[href], button, input, select, textarea, summary, [role="button"], [data-switch]',
  );
  const isInText = (element: Element) =>
    element.matches("a[href], .word") &&
    !element.parentElement!.matches("th, dt") &&
    getComputedStyle(element).display.startsWith("inline") &&
    element.parentElement!.textContent.trim() !== element.textContent.trim();
  const found: string[] = [];
  for (const element of pressed) {
    const isHeld = element.matches("[type=file], [type=checkbox], [type=radio]");
    const target = (isHeld && element.closest("label")) || element;
    if (!target.checkVisibility({ visibilityProperty: true }) || target.closest(".visually-hidden") || isInText(target))
      continue;
    // a plate of the chain reaches as far as what answers for it, not as the switch on it
    const box = target.querySelector(":scope > .finger") ?? target;
    const { width, height } = box.getBoundingClientRect();
    if (target instanceof HTMLElement && width > least - 1 && height > least - 1) continue;
    target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const { left, right, top, bottom } = box.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const isHit = ([dx, dy]: readonly number[]) => target.contains(document.elementFromPoint(x + dx!, y + dy!));
    const isLarge = [
      [0, 0],
      [reach, 0],
      [-reach, 0],
      [0, reach],
      [0, -reach],
    ].every(isHit);
    const name = target.getAttribute("aria-label") ?? target.textContent.trim().slice(0, 40);
    if (!isLarge) found.push(`${target.tagName.toLowerCase()} “${name}”: ${Math.round(width)} × ${Math.round(height)}`);
  }
  scrollTo({ top: 0, behavior: "instant" });
  return found;
}

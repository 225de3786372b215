import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, expectWholeSweep, openWithModel, panel, picture, test } from "./support.ts";

/** Fills most of the model's context, and ends in a character that XML has no place for. */
const PROMPT = "vierundzwanzig plus siebenunddreissig minus neunzehn = \uFFFF";

async function saved(page: Page, kind: "SVG" | "PNG") {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    panel(page, "Heads").getByRole("button", { name: kind, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** How many pixels of a picture are dark, as those of a text are. */
const inkOf = (page: Page, png: Buffer) =>
  page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at]! + data[at + 1]! + data[at + 2]! < 300) dark++;
    return dark;
  }, png.toString("base64"));

test(
  "a figure of a long, odd prompt is whole, within its edges and in the page's face",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, `#v=1&m=abacus&p=${encodeURIComponent(PROMPT)}`);
    await expectWholeSweep(page);
    const svg = await saved(page, "SVG");
    expect(svg.name).toMatch(/^abacus_vierundzwanzig.*_heads\.svg$/);

    await test.step("every text lies within the figure", async () => {
      const outside = await page.evaluate((text) => {
        const figure = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
        if (figure.querySelector("parsererror")) return ["it is not well-formed"];
        const drawn = document.body.appendChild(document.importNode(figure, true)) as unknown as SVGSVGElement;
        const { left, right, top, bottom } = drawn.getBoundingClientRect();
        const texts = [...drawn.querySelectorAll("text")].filter((each) => {
          const box = each.getBoundingClientRect();
          return box.left < left || box.right > right || box.top < top || box.bottom > bottom;
        });
        drawn.remove();
        return texts.map((each) => each.textContent);
      }, svg.bytes.toString());
      expect(outside).toEqual([]);
      expect(svg.bytes.toString()).toContain("⟨U+FFFF⟩");
    });

    await test.step("the first PNG has all its texts", async () => {
      const first = await inkOf(page, (await saved(page, "PNG")).bytes);
      let before = 0;
      let last = first;
      // faces that came late would show in a later one
      await expect
        .poll(async () => {
          before = last;
          last = await inkOf(page, (await saved(page, "PNG")).bytes);
          return last - before;
        })
        .toBe(0);
      expect(first).toBeGreaterThan(10_000);
      expect(first / last).toBeCloseTo(1, 2);
    });

    await test.step("the PNG is as large as it, three pixels for one, and brings the page's faces", async () => {
      const faces: string[] = [];
      page.on("request", (request) => {
        if (request.resourceType() === "fetch" && /\.woff2/.test(request.url())) faces.push(request.url());
      });
      const png = await saved(page, "PNG");
      const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg.bytes.toString())!;
      expect([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)]).toEqual([Number(width) * 3, Number(height) * 3]);
      expect(faces.some((address) => /plex-sans/.test(address))).toBe(true);
      expect(faces.some((address) => /plex-mono/.test(address))).toBe(true);
    });
  },
);

test(
  "a figure fills the window, on a projector and on a phone, and Escape returns",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page);
    await expectWholeSweep(page);
    const enlarge = panel(page, "Heads").getByRole("button", { name: "Enlarge" });
    const sheet = page.getByRole("dialog", { name: /^What each head/ });
    for (const size of [
      { width: 1920, height: 1080 },
      // what is left of it at 150 %
      { width: 1280, height: 720 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(size);
      await enlarge.click();
      const figure = sheet.locator("svg.marks");
      await expect(figure).toBeInViewport({ ratio: 1 });
      const { width, height } = (await figure.boundingBox())!;
      expect(Math.max(width / size.width, height / size.height)).toBeGreaterThan(0.65);
      expect(
        (await new AxeBuilder({ page }).include(".dialog[open]").analyze()).violations.map(({ id }) => id),
      ).toEqual([]);
      await picture(page, `enlarged-${size.width}`);
      await page.keyboard.press("Escape");
      await expect(sheet).toHaveCount(0);
      await expect(enlarge).toBeFocused();
    }
  },
);

import { writeFileSync } from "node:fs";
import { expect, test as base } from "@playwright/test";
import { absence, findSecondEngine } from "../../scripts/second-engines.ts";
import type { SecondEngine } from "../../scripts/second-engines.ts";
import { startFirefox } from "./firefox.ts";
import type { Reader } from "./reader.ts";
import { startWebKit } from "./webkit.ts";

const START = { firefox: startFirefox, webkit: startWebKit } as const;

/** Playwright's `test` with readers in the browser that the project is named after; where it is not a story is skipped, unless it has to be. */
export const test = base.extend<{ startReader: () => Promise<Reader> }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that one needs out of its first parameter
  startReader: async ({}, give, info) => {
    const name = info.project.name as SecondEngine;
    const program = findSecondEngine(name);
    if (program === undefined && process.env["SECOND_ENGINES"] === "required") throw new Error(absence(name));
    info.skip(program === undefined, absence(name));
    const readers: Reader[] = [];
    await give(async () => {
      const reader = await START[name](program!);
      readers.push(reader);
      info.annotations.push({ type: "browser", description: reader.browser });
      return reader;
    });
    await Promise.all(
      readers.map(async (reader, place) => {
        try {
          // in the story's own folder: the next story has readers of these numbers too
          writeFileSync(info.outputPath(`reader-${place + 1}.png`), await reader.screenshot());
        } finally {
          await reader.close();
        }
      }),
    );
    expect(readers.flatMap(({ errors }) => errors)).toEqual([]);
  },
});

/** What elements of a selector are read out as, or say. */
export const namesOf = (reader: Reader, selector: string): Promise<string[]> =>
  reader.evaluate(
    (of) => [...document.querySelectorAll(of)].map((each) => each.getAttribute("aria-label") ?? each.textContent ?? ""),
    selector,
  );

/** Waits until one of the elements has such a name. */
export async function seen(reader: Reader, selector: string, name: RegExp): Promise<void> {
  await expect
    .poll(async () => (await namesOf(reader, selector)).join("\n"), { message: `${selector} with ${name}` })
    .toMatch(name);
}

/** Clicks the element of that name, once it can be hit. */
export async function click(reader: Reader, selector: string, name: RegExp): Promise<void> {
  const place = () => reader.evaluate(placeOf, selector, name.source);
  await expect.poll(place, { message: `${selector} with ${name} that can be clicked` }).not.toBeNull();
  const { x, y } = (await place())!;
  await reader.clickAt(x, y);
}

/** In the page: the middle of the first element of that name, unless something covers it. */
function placeOf(selector: string, name: string): { x: number; y: number } | null {
  const found = [...document.querySelectorAll(selector)].find((each) =>
    new RegExp(name).test(each.getAttribute("aria-label") ?? each.textContent ?? ""),
  );
  if (!found) return null;
  found.scrollIntoView({ block: "nearest" });
  const { left, top, width, height } = found.getBoundingClientRect();
  const middle = { x: left + width / 2, y: top + height / 2 };
  return found.contains(document.elementFromPoint(middle.x, middle.y)) ? middle : null;
}

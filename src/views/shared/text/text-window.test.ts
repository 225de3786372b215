import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { edited, isWhole, MOST_WHOLE, windowAround } from "./text-window.ts";

const LONG = "0123456789".repeat(100_000);

describe("a window", () => {
  test("is all of a text that a field can hold", () => {
    expect(windowAround("3+5=", 2)).toEqual({ start: 0, end: 4 });
    expect(isWhole("x".repeat(MOST_WHOLE), windowAround("x".repeat(MOST_WHOLE), 0))).toBe(true);
  });

  test("is ten thousand characters of a longer one, around a place or at an end", () => {
    expect(windowAround(LONG, 500_000)).toEqual({ start: 495_000, end: 505_000 });
    expect(windowAround(LONG, 0)).toEqual({ start: 0, end: 10_000 });
    expect(windowAround(LONG, 1_000_000)).toEqual({ start: 990_000, end: 1_000_000 });
  });

  test("cuts no character in two", () => {
    const faces = `x${"😀".repeat(30_000)}`;
    for (const place of [0, 1, 20_000, 20_001, 60_001]) {
      const { start, end } = windowAround(faces, place);
      expect(faces.slice(start, end).isWellFormed()).toBe(true);
    }
  });
});

describe("an edit", () => {
  test("in a window leaves what stands before and behind it", () => {
    const window = windowAround(LONG, 500_000);
    const value = `7${LONG.slice(window.start, window.end)}`;
    const after = edited(LONG, window, { value, caret: 1, isAll: false });
    expect(after.text.length).toBe(1_000_001);
    expect(after.text.slice(494_998, 495_003)).toBe("89701");
    expect([after.window, after.caret]).toEqual([{ start: 495_000, end: 505_001 }, 1]);
  });

  test("that makes a short text too long for a field moves the window to the caret, which stays where it is", () => {
    const value = `ab${LONG}cd`;
    const after = edited("abcd", { start: 0, end: 4 }, { value, caret: 1_000_002, isAll: false });
    expect(after.text).toBe(value);
    expect(after.window).toEqual({ start: 990_004, end: 1_000_004 });
    expect(after.window.start + after.caret).toBe(1_000_002);
  });

  test("that replaces all of the field replaces all of the text", () => {
    const after = edited(LONG, windowAround(LONG, 0), { value: "3+5=", caret: 4, isAll: true });
    expect(after).toEqual({ text: "3+5=", window: { start: 0, end: 4 }, caret: 4 });
  });

  test("that empties the window of a long text shows what stands around it", () => {
    const after = edited(LONG, { start: 495_000, end: 505_000 }, { value: "", caret: 0, isAll: false });
    expect(after.text.length).toBe(990_000);
    expect(after.window).toEqual({ start: 490_000, end: 500_000 });
    expect(after.caret).toBe(5_000);
  });

  test("is the edit of the whole text, and the caret keeps its place in it, whatever is replaced by whatever", () => {
    const length = fc.integer({ min: 0, max: 45_000 });
    fc.assert(
      fc.property(length, length, length, length, (size, place, from, to) => {
        const text = LONG.slice(0, size);
        const window = windowAround(text, Math.min(place, size));
        const shown = text.slice(window.start, window.end);
        const [start, end] = [from % (shown.length + 1), to % (shown.length + 1)].sort((a, b) => a - b) as [
          number,
          number,
        ];
        const put = "x".repeat(to);
        const value = shown.slice(0, start) + put + shown.slice(end);
        const after = edited(text, window, { value, caret: start + put.length, isAll: false });
        expect(after.text).toBe(text.slice(0, window.start + start) + put + text.slice(window.start + end));
        expect(after.window.start + after.caret).toBe(window.start + start + put.length);
        expect(after.window.end - after.window.start).toBeLessThanOrEqual(MOST_WHOLE);
        expect(after.caret).toBeGreaterThanOrEqual(0);
        expect(after.window.start + after.caret).toBeLessThanOrEqual(after.window.end);
      }),
    );
  });
});

import { interpolateBlues, interpolateRdBu } from "d3-scale-chromatic";
import { describe, expect, test } from "vitest";
import { INKS, divergingScale, inkOn, symmetricLimit } from "./colour.ts";
import { sequentialScale } from "./sequential-colour.ts";

test("light scales are d3-scale-chromatic's RdBu and Blues", () => {
  const [diverging, sequential] = [divergingScale(1, "linear", false), sequentialScale(false)];
  for (let step = 0; step <= 1000; step++) {
    const share = step / 1000;
    const value = 2 * share - 1;
    expect(diverging.colour(value)).toBe(interpolateRdBu((diverging.position(value) + 1) / 2));
    expect(sequential(share)).toBe(interpolateBlues(share * 0.9));
  }
});

describe("divergingScale", () => {
  test("gives RdBu's own ends and middle", () => {
    const scale = divergingScale(8, "linear", false);
    expect(scale.colour(0)).toBe("rgb(242, 239, 238)");
    expect(scale.colour(8)).toBe("rgb(5, 48, 97)");
    expect(scale.colour(-8)).toBe("rgb(103, 0, 31)");
  });

  test.each([false, true])("is symmetric around 0 and stays at its limits, dark: %s", (isDark) => {
    const scale = divergingScale(4, "linear", isDark);
    expect(scale.position(1)).toBe(0.25);
    expect(scale.position(-1)).toBe(-0.25);
    expect(scale.colour(400)).toBe(scale.colour(4));
  });

  test("tells small values apart on the log scale, in the same order", () => {
    const scale = divergingScale(8, "log", false);
    // symlog with constant c = 0.008: ln(1 + 0.08 / c) / ln(1 + 8 / c) = ln 11 / ln 1001
    expect(scale.position(0.08)).toBeCloseTo(Math.log(11) / Math.log(1001), 10);
    expect(scale.valueAt(scale.position(0.3))).toBeCloseTo(0.3, 10);
    expect(scale.position(0)).toBe(0);
  });

  test("has a limit even where nothing has an effect", () => {
    expect(divergingScale(0, "linear", false).position(0)).toBe(0);
  });
});

describe("symmetricLimit", () => {
  test("is the largest distance from 0, without what is not known", () => {
    expect(symmetricLimit([1, -3, Number.NaN, 2])).toBe(3);
    expect(symmetricLimit([Number.NaN])).toBe(0);
    expect(symmetricLimit([0.1], 0.2)).toBe(0.2);
  });
});

describe("inkOn", () => {
  test("keeps text legible on every colour of both themes", () => {
    for (const isDark of [false, true]) {
      const scale = divergingScale(1, "linear", isDark);
      for (let value = -1; value <= 1; value += 0.02) {
        const ground = scale.colour(value);
        expect(contrast(ground, inkOn(ground)), `${ground} at ${value}`).toBeGreaterThan(4);
      }
    }
  });

  test("reads both ways to write a colour", () => {
    expect(inkOn("#ffffff")).toBe(INKS[0]);
    expect(inkOn("rgb(5, 48, 97)")).toBe(INKS[1]);
  });
});

test("sequentialScale starts at the ground and grows in one direction", () => {
  const light = sequentialScale(false);
  expect(luminance(light(0))).toBeGreaterThan(luminance(light(0.5)));
  expect(luminance(light(0.5))).toBeGreaterThan(luminance(light(1)));
  const dark = sequentialScale(true);
  expect(luminance(dark(0))).toBeLessThan(luminance(dark(0.5)));
  expect(luminance(dark(0.5))).toBeLessThan(luminance(dark(1)));
});

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG's, written again from the standard. */
function luminance(colour: string): number {
  const parts = colour.startsWith("#")
    ? [colour.slice(1, 3), colour.slice(3, 5), colour.slice(5, 7)].map((hex) => Number.parseInt(hex, 16))
    : colour.match(/\d+/g)!.map(Number);
  const [r, g, b] = parts.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

import { expect } from "vitest";
import { farthest } from "./farthest.ts";
import type { Numbers, Tolerance } from "./farthest.ts";

declare module "vitest" {
  // the parameters have to be named as vitest names them
  // eslint-disable-next-line no-unused-vars
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * Holds every number to `|got − want| ≤ atol + rtol · |want|`; a failure lists the worst five. NaN is only close
     * to NaN, an infinity only to itself.
     */
    toBeAllClose(want: Numbers, tolerance: Tolerance): R;
  }
}

expect.extend({
  toBeAllClose(got: Numbers, want: Numbers, tolerance: Tolerance) {
    const found = farthest(got, want, tolerance);
    const { atol, rtol = 0 } = tolerance;
    return {
      pass: found === undefined,
      message: () => found ?? `everything is within atol ${atol}, rtol ${rtol}`,
    };
  },
});

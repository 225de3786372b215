import { expect, test } from "vitest";
import { DEFAULT_READING } from "#state/link/finding.ts";
import { EMPTY_SLOT, results } from "#state/run/results.ts";
import type { DirectLogits } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { drawnDirect } from "./reading-exports.ts";

const ABOUT: Subject = {
  model: { id: "abacus", name: "abacus" },
  variant: "base",
  prompt: "3+5=",
  tokens: [],
  token: { id: 8, text: "8" },
  target: undefined,
  interventions: [],
};
const DIRECT: DirectLogits = {
  target: 8,
  total: 1,
  embedding: 0.75,
  attention: [0, 0],
  heads: [[0], [0]],
  ffn: [0, 0.25],
  bias: 0,
  layer: 1,
  neurons: [0.5, -0.25],
};

test.each([[{}], [{ layer: 0 }], [{ layer: 1 }]])(
  "neurons leave the page as those of the layer that was asked, with %o open by now",
  (opened) => {
    const direct = { ...EMPTY_SLOT, value: DIRECT, about: ABOUT, status: "computing" } as const;
    const slots = { ...results.getInitialState(), direct };
    const drawn = drawnDirect(slots, { ...DEFAULT_READING, look: "direct", ...opened }, undefined)!;
    expect(drawn.table().rows.slice(-2)).toEqual([
      ["L1N0", 1, "", 0, 0.5, ""],
      ["L1N1", 1, "", 1, -0.25, ""],
    ]);
    expect(drawn.link?.reading).toMatchObject({ look: "direct", layer: 1 });
  },
);

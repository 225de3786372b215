import type { Verification } from "#state/link/checking/verification.ts";

/** How a verdict is marked wherever it stands; its words stand beside it. */
export const VERDICT_MARKS = {
  reproduced: "✓",
  partly: "≈",
  agrees: "≈",
  differs: "≠",
  "nothing claimed": "–",
} as const satisfies Record<Verification["verdict"], string>;

/**
 * What each model that comes with the page contains, by its folder in `models/`: SHA-256 as docs/checkpoints.md says it. The engine refuses
 * any other under these addresses; a test computes each from the files.
 */
export const SHIPPED_CONTENTS = {
  abacus: "513b4ada6c85b146a9c3113a93145118647a549790bb3b9f0da70a6ca1f669f4",
  "abacus-2": "b91095855a6aef48af8387fb7a20787d54043d106ad35497a3a91821d0ec0778",
} as const;

/** The one that the page opens with, and that a graphics processor proves itself on. */
export const FIRST_MODEL = "abacus-2" satisfies keyof typeof SHIPPED_CONTENTS;

import { beforeEach, expect, test } from "vitest";
import { editPatch, patchForm } from "./lab/patch-form.ts";
import { clearLab, lab, start } from "./lab/tools.ts";
import type { DrawnPatch } from "./lab/tools.ts";
import { DEFAULT_PATCH } from "./link/finding.ts";
import { resetPanel } from "./reset-panel.ts";
import { connectEngine } from "./run/engine-port.ts";
import { exportingEngine } from "#test/exporting-engine.ts";

const drawn = { isWhole: true } as DrawnPatch;

beforeEach(() => {
  clearLab();
  patchForm.setState(DEFAULT_PATCH, true);
  connectEngine(exportingEngine().engine);
});

test("a map of patches that cannot be drawn goes with what asked for it, and with its tab alone", async () => {
  editPatch({ site: "post", neurons: "L0N1" });
  await start("patch", async () => drawn);
  resetPanel("lab");
  expect(lab.getState().patch).toMatchObject({ value: drawn, status: "done" });
  resetPanel("patch");
  expect(lab.getState().patch).toMatchObject({ value: undefined, about: undefined, status: "idle" });
  expect(patchForm.getState()).toEqual(DEFAULT_PATCH);
});

test("one that is being made ends, and brings nothing afterwards", async () => {
  let ended: AbortSignal | undefined;
  const answer = Promise.withResolvers<DrawnPatch>();
  const asked = start("patch", (_engine, { signal, partial }) => {
    ended = signal;
    partial(drawn);
    return answer.promise;
  });
  resetPanel("patch");
  expect(ended!.aborted).toBe(true);
  answer.resolve(drawn);
  await asked;
  expect(lab.getState().patch).toMatchObject({ value: undefined, status: "idle" });
});

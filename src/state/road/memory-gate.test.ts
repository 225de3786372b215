import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CheckpointReport, HeldReport } from "#protocol/engine.ts";
import { AskedEngine, settle } from "#test/asked-engine.ts";
import { connectEngine } from "../run/engine-port.ts";
import { acceptOffer, offerModel, withdrawOffer } from "../model/load-offer.ts";
import { loadOffer } from "../model/offered.ts";
import { choiceTyped } from "../model/typed-model.ts";
import { folderChoice } from "../model/named.ts";

let asked: AskedEngine;
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", { deviceMemory: 2, userAgent: "Android", maxTouchPoints: 5 });
  asked = new AskedEngine();
  connectEngine(asked.engine);
});
afterEach(() => {
  withdrawOffer();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Little to read, and so much at its peak. */
function reportOf(peakBytes: number): CheckpointReport {
  const held: HeldReport = {
    storedBytes: 1e6,
    memoryBytes: 1e6,
    peakBytes,
    missingBytes: 1e6,
    refusal: "",
    notStored: "",
  };
  return { held: { q4: held, q8: held, f32: held } } as unknown as CheckpointReport;
}

const CHOICES = [
  ["a name on the Hub", choiceTyped("owner/name")!],
  ["an address", choiceTyped("https://somewhere.org/model/")!],
  ["a folder", folderChoice([new File([], "config.json")], ["model/config.json"])],
] as const;

test.each(CHOICES)("%s that takes more than the device is expected to give waits for a word", async (_what, choice) => {
  const offered = offerModel(choice, { dtype: "q8" });
  await asked.last("inspectCheckpoint").answer(reportOf(1.1 * 2 ** 30));
  await offered;
  expect(loadOffer.getState()).toMatchObject({ kind: "asking", choice, expected: { bytes: 2 ** 30 } });
  expect(asked.waiting("load")).toEqual([]);
  // which overrules it
  void acceptOffer();
  await settle();
  expect(asked.last("load").prompt).toEqual(choice.source);
  expect(loadOffer.getState()).toEqual({ kind: "none" });
});

test.each(CHOICES)("%s that fits is loaded at once", async (_what, choice) => {
  void offerModel(choice, { dtype: "q8" });
  await asked.last("inspectCheckpoint").answer(reportOf(0.9 * 2 ** 30));
  expect(asked.last("load").prompt).toEqual(choice.source);
});

import { experimentsDoor } from "../../experiments/door.ts";
import { lab } from "../../lab/tools.ts";
import type { Question } from "../../question.ts";
import type { Slots } from "../../run/results.ts";
import { view } from "../../view.ts";
import { checkChain } from "../claims.ts";
import { checkReading } from "../reading/check-reading.ts";
import type { Finding } from "../finding.ts";
import { checkTop } from "../neurons/top-claims.ts";
import { checkMaps } from "../reading/map-claims.ts";
import { checkPatch } from "../patch/patch-claims.ts";
import type { Verification } from "./verification.ts";

/** What a link can claim beside the answer. */
const BESIDE = ["experiment", "chain", "reading", "patch", "topNeurons", "maps"] as const;
export type ClaimBeside = (typeof BESIDE)[number];

/** What the link claims numbers of beside the answer. */
export const claimsBeside = ({ expected }: Finding): readonly ClaimBeside[] =>
  BESIDE.filter((name) => (expected[name]?.length ?? 0) > 0);

/** What is there to hold claims against, and what is asked by now. */
interface Checked {
  readonly slots: Slots;
  readonly now: Question;
}

/** What this page's computation says to one of them; undefined while there is none that does. */
export function checkBeside(name: ClaimBeside, finding: Finding, { slots, now }: Checked): Verification | undefined {
  switch (name) {
    case "experiment":
      return experimentsDoor()?.check(finding);
    case "chain":
      return checkChain(finding, slots, now, view.getState().chain);
    case "reading":
      return checkReading(finding, slots, now);
    case "patch":
      return checkPatch(finding, lab.getState().patch);
    case "topNeurons":
      return checkTop(finding, slots, { now, count: view.getState().count });
    case "maps":
      return checkMaps(finding, slots, { now, reading: view.getState().reading });
    default:
      throw new Error(`claim: unknown ${String(name satisfies never)}`);
  }
}

import { isRecord } from "#core/record.ts";
import { Fault } from "#core/fault.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { EXPERIMENT_KINDS } from "./form.ts";

/** A table of the largest sweeps stays far below. */
const MAX_CHARACTERS = 200_000_000;

/**
 * A result as `Save result` wrote it. JSON has no NaN and writes null for it.
 *
 * @throws Fault "bad-file" with what was found and what is needed
 */
export function readResultFile(text: string): ExperimentResult {
  if (text.length > MAX_CHARACTERS) throw bad(`it has ${text.length} characters; at most ${MAX_CHARACTERS} are read`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text, (_, value: unknown) => (value === null ? Number.NaN : value));
  } catch {
    throw bad("it is no JSON");
  }
  const result = isRecord(parsed) ? parsed["experiment"] : undefined;
  if (!isRecord(result)) throw bad("it has no “experiment” in it; a file saved by “Save result” is needed");
  const { kind, request, suite, found } = result;
  if (!EXPERIMENT_KINDS.some((known) => known === kind)) {
    throw bad(`its experiment is of the kind “${String(kind)}”; this version knows ${EXPERIMENT_KINDS.join(", ")}`);
  }
  if (
    !isRecord(request) ||
    !isRecord(request["suite"]) ||
    !isRecord(suite) ||
    typeof found !== "object" ||
    !hasTable(kind, found)
  ) {
    throw bad("its experiment is not whole; a file saved by “Save result” is needed");
  }
  return result as unknown as ExperimentResult;
}

const LISTS = {
  heads: ["groups", "heads"],
  neurons: ["rows", "lowest"],
  concepts: ["sets", "examples"],
  pruning: ["rows", "groups", "controls"],
  adapters: ["adapters"],
  bias: ["rows", "sides", "neurons", "controls"],
};

/** The lists that the page goes through. */
function hasTable(kind: unknown, found: unknown): boolean {
  if (kind === "memorise") return Array.isArray(found);
  const lists = LISTS[kind as keyof typeof LISTS];
  return isRecord(found) && lists.every((name) => Array.isArray(found[name]));
}

const bad = (sentence: string) => new Fault("bad-file", `result: ${sentence}`);

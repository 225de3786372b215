import * as v from "valibot";
import { isRecord } from "#core/record.ts";
import { faultsOf } from "#core/fault.ts";
import { EXPERIMENT_KINDS, resultSchema } from "#protocol/experiments.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { MAX_ITEMS, counted, text } from "#protocol/experiments/schema-parts.ts";
import { beyondLimits } from "./json-limits.ts";

/** The table of a model of 5,000 heads over ten groups, indented as it is saved, takes 40 MB. */
export const MAX_BYTES = 128_000_000;
/** The deepest result nests 12 times. */
const MAX_DEPTH = 32;
/** A link carries a prompt of any length. */
const MAX_LINK = 100_000;
/** More machines than anybody reads a list of. */
const MAX_WORKERS = 10_000;

/** The model's address as files have it from version to version: where the model lies was an object once, and its address since. */
const sourceSchema = v.union([
  text,
  v.object({
    // of a file's own word only its name and revision are repeated
    kind: text,
    name: text,
    revision: v.exactOptional(text),
    requested: v.exactOptional(text),
  }),
]);

const modelSchema = v.object({
  name: text,
  id: v.exactOptional(text),
  revision: v.exactOptional(text),
  source: v.exactOptional(sourceSchema),
  content: v.exactOptional(text),
  dtype: v.exactOptional(text),
  backend: v.exactOptional(text),
  gpu: v.exactOptional(text),
  gpu_agrees_with_float64_to: v.exactOptional(text),
  adapter: v.exactOptional(
    v.union([text, v.object({ name: text, source: v.exactOptional(text), content: v.exactOptional(text) })]),
  ),
});

/** How the work was shared out, and how far apart two machines or providers were that ran the same of it. */
const computedSchema = v.object({
  plan: text,
  by: v.pipe(
    v.array(v.object({ host: text, provider: text, gpu: v.exactOptional(text), steps: counted })),
    v.maxLength(MAX_WORKERS),
  ),
  again: v.object({ steps: counted, of: counted, largest: v.pipe(v.number(), v.minValue(0)), others: counted }),
});

/** What a file says of where its numbers are from, unchecked: it is shown and written again as the file's word. */
export interface SavedOrigin {
  readonly model: v.InferOutput<typeof modelSchema> | undefined;
  /** "" where it has none. */
  readonly link: string;
  /** Of a result that several processes made. */
  readonly computed?: v.InferOutput<typeof computedSchema>;
  /** As it is in the file. */
  readonly finding: unknown;
}

interface SavedResult {
  readonly result: ExperimentResult;
  readonly saved: SavedOrigin;
}

/**
 * Refuses a file that is too large, before it is read at all.
 *
 * @throws Fault "bad-file"
 */
export function checkFileSize(bytes: number): void {
  if (bytes > MAX_BYTES) throw bad(`it has ${bytes} bytes; at most ${MAX_BYTES} are read`);
}

/**
 * A result as `Save result` wrote it, checked whole: every field and every index that the page draws. JSON has no NaN and writes null for it.
 *
 * @throws Fault "bad-file" with what was found and what is needed
 */
export function readResultFile(content: string): SavedResult {
  checkFileSize(content.length);
  const beyond = beyondLimits(content, { depth: MAX_DEPTH, items: MAX_ITEMS });
  if (beyond !== undefined) throw bad(beyond);
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    throw bad("it is no JSON");
  }
  if (!isRecord(parsed) || !isRecord(parsed["experiment"]))
    throw bad("it has no “experiment” in it; a file saved by “Save result” is needed");
  const { experiment, model, link, finding, computed } = parsed;
  const asked = isRecord(experiment) ? experiment["kind"] : undefined;
  const kind = EXPERIMENT_KINDS.find((known) => known === asked);
  if (!kind) {
    throw bad(`its experiment is of the kind “${foundText(asked)}”; this version knows ${EXPERIMENT_KINDS.join(", ")}`);
  }
  const result = v.safeParse(resultSchema(kind), experiment, { abortEarly: true });
  if (!result.success) throw bad(`its experiment is not whole: ${issueText(result.issues[0])}`);
  const named = v.safeParse(modelSchema, model, { abortEarly: true });
  const shared = v.safeParse(computedSchema, computed, { abortEarly: true });
  return {
    result: result.output as unknown as ExperimentResult,
    saved: {
      model: named.success ? named.output : undefined,
      link: typeof link === "string" && link !== "none" && link.length <= MAX_LINK ? link : "",
      ...(shared.success && { computed: shared.output }),
      finding,
    },
  };
}

/** A schema's complaint as a sentence: where it is, what is there, and what is needed. */
function issueText(issue: v.BaseIssue<unknown>): string {
  const path = (v.getDotPath(issue) ?? "").slice(0, MAX_SHOWN);
  // where a list stands for a record, its field “at” is the function that every list has
  if (issue.input === undefined || typeof issue.input === "function") return `“${path}” is not there`;
  // the library's own message begins so; ours is what is needed
  const needed = issue.message.startsWith("Invalid") ? issue.expected : issue.message;
  return `“${path}” is ${foundText(issue.input)}; ${needed} is needed`;
}

/** Characters of what a file has in a message's place. */
const MAX_SHOWN = 80;

function foundText(value: unknown): string {
  if (value === undefined) return "not there";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "a record";
  return (typeof value === "string" ? value : JSON.stringify(value)).slice(0, MAX_SHOWN);
}

const bad = faultsOf("bad-file", "result: ");

import * as v from "valibot";
import { plainFromText } from "#core/plain-text.ts";
import { partKey, sha256 } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { PartStore } from "./part-store.ts";

const byEntries = {
  host: v.string(),
  pid: v.number(),
  /** As `cpu`. */
  provider: v.string(),
  gpu: v.exactOptional(v.string()),
  threads: v.exactOptional(v.number()),
  /** When it was done, ISO 8601. */
  at: v.string(),
  milliseconds: v.number(),
};
const partSchema = v.object({
  arithmoscope: v.literal("part"),
  about: v.string(),
  step: v.number(),
  by: v.object(byEntries),
  /** SHA-256 of the part's text. */
  sum: v.string(),
  part: v.unknown(),
});

/** Who ran a step, on what, and when. */
export type By = Readonly<v.InferOutput<typeof partSchema>["by"]>;

export interface KeptPart {
  readonly part: unknown;
  readonly by: By;
}

/** The content of a part's place: nothing, a part, or what is none. */
export type FoundPart = KeptPart | "absent" | "corrupt";

/** The first run of a step, or the one that checks it. */
export type Run = "first" | "again";
const FOLDERS = { first: "parts", again: "again" } as const;

export const partPath = (plan: Plan, step: number, run: Run = "first") => `${FOLDERS[run]}/${partKey(plan, step)}.json`;

/** Which steps have a part of their name, whatever is in it. */
export async function partsThere(store: PartStore, plan: Plan): Promise<(step: number) => boolean> {
  const names = new Set((await store.list(FOLDERS.first)).map((name) => `${FOLDERS.first}/${name}`));
  return (step) => names.has(partPath(plan, step));
}

export async function readPart(store: PartStore, plan: Plan, step: number, run: Run = "first"): Promise<FoundPart> {
  const text = await store.get(partPath(plan, step, run));
  if (text === undefined) return "absent";
  try {
    const read = v.safeParse(partSchema, plainFromText(text));
    if (!read.success) return "corrupt";
    const { about, part, by, sum } = read.output;
    const isWhole = about === plan.about && read.output.step === step && sum === sha256(JSON.stringify(part));
    return isWhole ? { part, by } : "corrupt";
  } catch {
    return "corrupt";
  }
}

/** @returns false where somebody else was first, whose part stays */
export function putPart(store: PartStore, plan: Plan, step: number, { part, by }: KeptPart, run: Run = "first") {
  const sum = sha256(JSON.stringify(part));
  const text = JSON.stringify({ arithmoscope: "part", about: plan.about, step, by, sum, part });
  return store.putIfAbsent(partPath(plan, step, run), `${text}\n`);
}

import { createHash } from "node:crypto";
import * as v from "valibot";
import { Fault } from "#core/fault.ts";
import { isRecord } from "#core/record.ts";
import { DTYPES } from "#model/checkpoint.ts";
import type { ExperimentRequest } from "#protocol/experiments.ts";
import { EXPERIMENT_KINDS } from "#protocol/experiments.ts";
import type { NamedSource } from "../engine/model-source.ts";
import { VERSION } from "../package-files.ts";
import type { PartStore } from "./part-store.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const PLAN_FILE = "plan.json";
/** Raised when what a plan's or a part's file holds changes. */
const FORMAT = 1;

const named = v.looseObject({ kind: v.string() }) as unknown as v.GenericSchema<unknown, NamedSource>;
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const range = v.object({ from: count, to: count });
const loaded = v.object({
  /** Where each machine reads it from, unless it is told another place. */
  source: named,
  name: v.string(),
  revision: v.exactOptional(v.string()),
  content: v.string(),
});

const planSchema = v.object({
  arithmoscope: v.literal("plan"),
  format: v.literal(FORMAT),
  /** The version whose steps these are. */
  engine: v.string(),
  id: v.string(),
  model: v.object({ ...loaded.entries, dtype: v.picklist(DTYPES), adapter: v.exactOptional(loaded) }),
  request: v.custom<ExperimentRequest>(
    (value) => isRecord(value) && EXPERIMENT_KINDS.some((kind) => kind === value["kind"]),
  ),
  /** SHA-256 of what is run on what, see `ExperimentOutline`. */
  about: v.string(),
  cases: count,
  steps: v.array(v.object({ operations: count, reads: v.array(range) })),
  shards: v.array(range),
  /** Steps that are run once more, on another machine or provider. */
  again: v.array(count),
});

/** What is to be run, whoever runs it: the same question gives the same plan, and so the same names of parts. */
export type Plan = Readonly<v.InferOutput<typeof planSchema>>;

/** A plan with its name, the hash of all that is in it. */
export function namedPlan(of: Omit<Plan, "arithmoscope" | "format" | "engine" | "id">): Plan {
  const plan = { arithmoscope: "plan", format: FORMAT, engine: VERSION, ...of } as const;
  return { ...plan, id: idOf(plan) };
}

const idOf = (plan: Omit<Plan, "id">) => sha256(JSON.stringify({ ...plan, id: undefined }, inOrder));

/** Whichever way an object was put together, its names stand in one order. */
const inOrder = (_: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/** The name under which the part of a step lies: whoever runs the same step of the same thing finds it done. */
export const partKey = ({ about, engine }: Pick<Plan, "about" | "engine">, step: number): string =>
  sha256(JSON.stringify(["arithmoscope-part", FORMAT, engine, about, step]));

/** The share of the steps that are run again, drawn by their own hashes: at least one, where there is a share at all. */
export function drawnAgain(about: string, steps: number, share: number): number[] {
  const drawn = Array.from({ length: steps }, (_, step) => ({ step, by: sha256(`again ${about} ${step}`) }))
    .sort((a, b) => (a.by < b.by ? -1 : 1))
    .slice(0, Math.ceil(share * steps));
  return drawn.map(({ step }) => step).sort((a, b) => a - b);
}

/** @returns false where the same plan lies there already. @throws Fault "bad-request" for a store with another plan */
export async function writePlan(store: PartStore, plan: Plan): Promise<boolean> {
  if (await store.putIfAbsent(PLAN_FILE, `${JSON.stringify(plan, null, 1)}\n`)) return true;
  const known = await readPlan(store);
  if (known.id === plan.id) return false;
  throw new Fault(
    "bad-request",
    `${store.name} has another plan, ${known.id.slice(0, 12)}, and this one is ${plan.id.slice(0, 12)}; name another folder`,
  );
}

/** @throws Fault "bad-request" where there is none, one of another version, or one that was changed */
export async function readPlan(store: PartStore): Promise<Plan> {
  const text = await store.get(PLAN_FILE);
  if (text === undefined) {
    throw new Fault("bad-request", `${store.name} has no plan.json; arithmoscope plan ${store.name} … makes one`);
  }
  const value = parsed(text);
  if (isRecord(value) && value["arithmoscope"] === "plan") {
    const { engine, format } = value;
    if (format !== FORMAT || engine !== VERSION) {
      throw new Fault(
        "bad-request",
        `${store.name}: the plan is of version ${String(engine)}, and this is ${VERSION}; numbers of two versions are not mixed: run it by its own, or plan anew in another folder`,
      );
    }
  }
  const read = v.safeParse(planSchema, value, { abortEarly: true });
  if (!read.success || idOf(read.output) !== read.output.id) {
    throw new Fault(
      "bad-request",
      `${store.name}: its plan.json is not as it was written; plan anew in another folder`,
    );
  }
  return read.output;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

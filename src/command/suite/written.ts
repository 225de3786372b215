import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import * as v from "valibot";
import { Fault } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { readArgument } from "#protocol/call.ts";
import { EXPERIMENT_KINDS, EXPERIMENTS } from "#protocol/experiments.ts";
import type { ExperimentKind, ExperimentRequest } from "#protocol/experiments.ts";
import type { Field } from "#protocol/experiments/fields.ts";
import { choice } from "#protocol/fields.ts";
import { writtenRequest } from "#protocol/written-request.ts";
import { kebab, readLine } from "../command-line.ts";
import type { Options, ReadCommand } from "../command-line.ts";
import type { Environment } from "../session.ts";
import { readModel } from "../engine/model-source.ts";
import { isFlag, listOf, valueOf } from "../option-values.ts";
import { readDefinition, suiteNames } from "../package-files.ts";

export const readKind = (command: string, text: string | undefined): ExperimentKind =>
  readArgument(command, "the experiment", choice(EXPERIMENT_KINDS), text);

/** What an experiment is told on a command line: its fields, as the page and scripts have them. */
export function experimentOptions(kind: ExperimentKind): Options {
  const fields = Object.entries<Field>(EXPERIMENTS[kind].fields).map(([name, { schema, about, spoken }]) => [
    name,
    { type: isFlag(schema) ? "boolean" : "string", about: spoken === "suite" ? SUITE : about } as const,
  ]);
  return {
    ...(Object.fromEntries(fields) as Options),
    count: { type: "string", about: "cases of each group of the suite; left out: all" },
  };
}

const SUITE =
  "the name of a suite that comes with the package, its definition in a .json, or a file with a case on each line";

/** An experiment by its name, and what else was said of it. @throws Fault "bad-request" */
export function readExperimentLine(
  command: string,
  [kindText, ...rest]: readonly string[],
  optionsOf: (kind: ExperimentKind) => Options,
): { readonly kind: ExperimentKind; readonly values: ReadCommand["values"] } {
  const kind = readKind(command, kindText);
  const { values, positionals } = readLine(command, rest, optionsOf(kind));
  if (positionals.length === 0) return { kind, values };
  throw new Fault("bad-request", `${command}: “${positionals[0]}” is one word too many`);
}

/** @throws Fault "bad-request" */
export function experimentRequest(
  command: string,
  kind: ExperimentKind,
  values: ReadCommand["values"],
  env: Environment,
): Promise<ExperimentRequest> {
  const written: Record<string, unknown> = { kind };
  for (const [name, field] of Object.entries<Field>(EXPERIMENTS[kind].fields)) {
    const value = values[name];
    if (value !== undefined) written[name] = typeof value === "string" ? fieldValue(name, value, field) : value;
  }
  const { count } = values;
  if (count !== undefined) written["count"] = Number(count);
  return writtenRequest(command, written, {
    readDefinition: (name) => Promise.resolve(readDefinition(name)),
    readAdapter: (_, asked) => {
      const text = String(asked);
      // which one it is; who may read it is each machine's own to say
      const source = readModel("--adapters", text, { hub: env["HF_ENDPOINT"] });
      return { name: source.kind === "folder" ? basename(text) : text, source: source as CheckpointSource };
    },
  });
}

function fieldValue(name: string, text: string, { spoken, schema }: Field): unknown {
  switch (spoken) {
    case "suite":
      return suiteValue(name, text);
    case "suites":
      return listOf(text).map((each) => (typeof each === "string" ? suiteValue(name, each) : each));
    case "words":
    case "adapters":
      return listOf(text);
    case "head":
      return text;
    case "variant":
    case "itself":
      return v.is(schema, [1]) || v.is(schema, []) ? listOf(text).map(Number) : valueOf(text, schema);
    default:
      throw new Error(`option: unknown way ${String(spoken satisfies never)}`);
  }
}

/** A name or a definition is read by its reader; any other file is cases, one a line. */
function suiteValue(name: string, text: string): unknown {
  if (suiteNames().includes(text) || text.endsWith(".json")) return text;
  if (!existsSync(text)) {
    throw new Fault(
      "bad-request",
      `--${kebab(name)} is “${text}”; one of ${suiteNames().join(", ")}, or a file is needed`,
    );
  }
  return { text: readFileSync(text, "utf8") };
}

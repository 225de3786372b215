import type * as v from "valibot";
import { Fault } from "#core/fault.ts";
import { descriptionOf, readArguments } from "#protocol/call.ts";
import type { Call } from "#protocol/call.ts";
import { entryOf, PASSED_ON } from "#protocol/calls.ts";
import type { CallName } from "#protocol/calls.ts";
import { ALWAYS, kebab, MODEL_OPTIONS, readLine } from "./command-line.ts";
import type { Option, Options } from "./command-line.ts";
import { isFlag, valueOf } from "./option-values.ts";
import { askedMachine, askedModel, startEngine } from "./engine/engine-thread.ts";
import { aboutModel } from "./engine/about-model.ts";
import { json } from "./printing.ts";
import type { Session } from "./session.ts";

/** Shorter names of calls that are asked most. */
const ALIASES: Readonly<Record<string, CallName>> = { sweep: "sweepHeads", compare: "compareNeurons" };

/** The call that a command is, by its alias, its name or its name with dashes. */
export const callNamed = (command: string): CallName | undefined =>
  Object.hasOwn(ALIASES, command)
    ? ALIASES[command]
    : PASSED_ON.find((name) => name === command || kebab(name) === command);

export const callCommands = (): readonly string[] =>
  PASSED_ON.map((name) => Object.entries(ALIASES).find(([, of]) => of === name)?.[0] ?? kebab(name));

const OWN = {
  off: { type: "string", about: "heads and neurons to switch off, as L0H7,L4N425: a short form of --interventions" },
  indent: { type: "boolean", about: "indents the JSON of one answer" },
} as const satisfies Options;

/** What a call takes on the command line: its own options, read from the catalogue, and how the model is loaded. */
export function callOptions(name: CallName): Options {
  const { options = {} } = entryOf(name);
  const own = Object.entries(options).map(([option, field]): [string, Option] => [
    option,
    {
      type: isFlag(field as v.GenericSchema) ? "boolean" : "string",
      about: descriptionOf(field as v.GenericSchema) ?? "",
    },
  ]);
  const short = "interventions" in options ? { off: OWN.off } : {};
  return { ...Object.fromEntries(own), ...short, ...MODEL_OPTIONS, indent: OWN.indent, ...ALWAYS };
}

/**
 * One call of the catalogue for one argument, or for each line of stdin where the argument is `-`: JSON, or a line of JSON for each.
 *
 * @throws Fault
 */
export async function runCall(command: string, args: readonly string[], session: Session): Promise<void> {
  const name = callNamed(command)!;
  const entry = entryOf(name);
  const { positionals, values } = readLine(command, args, callOptions(name));
  const taken = entry.takes ? Object.keys(entry.takes)[0]! : undefined;
  if (positionals.length !== (taken === undefined ? 0 : 1)) {
    throw new Fault(
      "bad-request",
      `${command}: ${taken === undefined ? "no argument is" : `one argument is needed, the ${taken}`}; it got ${positionals.length}${positionals.length > 1 ? " (is a text with spaces in quotes?)" : ""}`,
    );
  }
  const options = readOptionTexts(entry, values);
  const [argument] = positionals;
  const isMany = argument === "-";
  // what can be refused without a model is refused before one is loaded
  if (!isMany) readArguments(name, entry, argumentsOf(entry, argument, options));
  const { engine, info, end } = await startEngine(
    askedMachine(values, session.env),
    askedModel(values, session.env),
    session,
  );
  const about = aboutModel(info);
  const call = engine[name] as (...args: readonly unknown[]) => Promise<unknown>;
  const ask = async (text: string | undefined) => {
    const result = await call(...argumentsOf(entry, text, options), {
      signal: session.signal,
      onProgress: session.progress.tell,
    });
    session.progress.end();
    return { call: name, ...(taken !== undefined && { [taken]: readText(text!) }), ...options, model: about, result };
  };
  try {
    if (!isMany) return void session.streams.out.write(json(await ask(argument), values["indent"] ? 2 : undefined));
    for await (const line of session.lines()) if (line !== "") session.streams.out.write(json(await ask(line)));
  } finally {
    end();
  }
}

function argumentsOf({ takes, options }: Call, text: string | undefined, asked: Record<string, unknown>): unknown[] {
  return [...(takes ? [readText(text!)] : []), ...(options ? [asked] : [])];
}

/** A list or an object is written as JSON, everything else is the text itself. */
function readText(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // a prompt may begin with a bracket
  }
}

/** Options as the call takes them: text where a text will do, else JSON. */
function readOptionTexts({ options = {} }: Call, values: Readonly<Record<string, string | boolean | undefined>>) {
  const read: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(options)) {
    const text = values[name];
    if (text === undefined) continue;
    read[name] = typeof text === "string" ? valueOf(text, field) : text;
  }
  const { off } = values;
  if (typeof off === "string") {
    const parts = off.split(",").map((part) => part.trim());
    const short = parts.map((part) => (/^L\d+H/i.test(part) ? { head: part } : { neuron: part }));
    read["interventions"] = [...((read["interventions"] as readonly unknown[] | undefined) ?? []), ...short];
  }
  return read;
}

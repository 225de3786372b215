import { entryOf } from "#protocol/calls.ts";
import type { CallName } from "#protocol/calls.ts";
import { callCommands, callNamed, callOptions } from "./call-command.ts";
import { kebab } from "./command-line.ts";
import type { Options } from "./command-line.ts";
import { EXIT } from "./exit-codes.ts";
import { SUITE_COMMANDS, suiteCommand } from "./suite/suite-commands.ts";

/** What stands first: the four that most begin with. */
const FIRST: Readonly<Record<string, string>> = {
  predict: "the next token, with heads and neurons off or not",
  sweep: "what the answer loses without each attention head",
  chain: "the four stages by which the answer comes about",
  compare: "the neurons that lose most with heads off",
};

export function generalHelp(): string {
  const others = callCommands().filter((name) => !Object.hasOwn(FIRST, name));
  return `arithmoscope: see how a language model computes, without a browser

  arithmoscope predict "3+5=" --top 3
  arithmoscope compare "3+5=" --off L0H7 --count 10 | jq .result.rows
  arithmoscope sweep - --model owner/name --ep cuda < prompts.txt > sweeps.ndjson

One prompt
${rows(FIRST)}

A suite, on one machine or on many
${rows(Object.fromEntries(Object.entries(SUITE_COMMANDS).map(([name, { about }]) => [name, about])))}

Every other question that the page can ask
${wrapped(others)}

What is found is JSON on stdout, what is done is said on stderr. Exit codes: ${EXIT.done} done, ${EXIT.failed} failed,
${EXIT.usage} the command line or a plan is wrong, ${EXIT.model} the model cannot be read, ${EXIT.storage} the disk refuses, ${EXIT.gaps} parts are missing,
${EXIT.later} run the same command again later, ${EXIT.interrupted} stopped.

arithmoscope COMMAND --help says what a command takes.
`;
}

export function callHelp(command: string): string {
  const name = callNamed(command) as CallName;
  const [taken = ""] = Object.keys(entryOf(name).takes ?? {});
  const argument = taken === "" ? "" : ` ${taken.toUpperCase()}`;
  return `arithmoscope ${command}${argument} [options]
${taken === "prompt" ? "\nPROMPT is a text, an array of token ids, or - for one prompt on each line of stdin.\n" : ""}
${optionRows(callOptions(name))}
`;
}

export const suiteHelp = (command: string, args: readonly string[]): string => {
  const { about, usage, options } = suiteCommand(command)!;
  return `arithmoscope ${usage} [options]: ${about}\n\n${optionRows(options(args))}\n`;
};

const optionRows = (options: Options) =>
  rows(
    Object.fromEntries(
      Object.entries(options).map(([name, { about, default: initial, type }]) => [
        `--${kebab(name)}${type === "string" ? " …" : ""}`,
        initial === undefined ? about : `${about} [${initial}]`,
      ]),
    ),
  );

const WIDTH = 100;

function rows(list: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(list).map(({ length }) => length)) + 2;
  return Object.entries(list)
    .map(([name, about]) => `  ${name.padEnd(width)}${folded(about, WIDTH - width).join(`\n${" ".repeat(width + 2)}`)}`)
    .join("\n");
}

const wrapped = (names: readonly string[]) =>
  folded(names.join(" "), WIDTH)
    .map((line) => `  ${line}`)
    .join("\n");

function folded(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    if (last !== "" && last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

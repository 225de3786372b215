import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CALL_NAMES, entryOf } from "#protocol/calls.ts";
import { MANUAL, withReference } from "../scripts/reference.ts";

test("the reference in docs/scripting.md is the catalogue's: npm run reference writes it", async () => {
  const manual = await readFile(MANUAL, "utf8");
  expect(manual).toBe(withReference(manual));
});

test("every call that a script has is described under a heading of its own", async () => {
  const headings = (await readFile(MANUAL, "utf8")).match(/^## .*$/gm)!.join(" ");
  // what only the page asks, and what only a command asks that runs the steps of an experiment one by one
  const others = ["forgetExperiment", "outlineExperiment", "runStep", "gatherParts"];
  const described = CALL_NAMES.filter((name) => entryOf(name).of !== "engine" && !others.includes(name));
  expect(described.filter((name) => !new RegExp(`\\b${name}\\b`).test(headings))).toEqual([]);
});

test("what loops over the catalogue names no call, but for those that the page answers in a way of its own", async () => {
  const own = ["load", "ggufFiles", "attachAdapter", "detachAdapter", "tokenize", "planExperiment", "runExperiment"];
  const files = ["src/client/engine.ts", "src/client/worker-engine.ts", "src/app/scripting.ts"];
  const sources = await Promise.all(files.map((file) => readFile(join(import.meta.dirname, "..", file), "utf8")));
  const named = CALL_NAMES.filter((name) => sources.some((source) => new RegExp(`\\b${name}[:(]`).test(source)));
  expect(named.filter((name) => !own.includes(name))).toEqual([]);
});

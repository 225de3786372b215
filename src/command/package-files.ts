import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Fault } from "#core/fault.ts";
import { SHIPPED_CONTENTS } from "#model/shipped-models.ts";
import type { SuiteDefinition } from "#protocol/experiments.ts";

/** The package's own folder: of the built command as of its sources, the first one above with a package.json. */
export const PACKAGE = folderAbove(import.meta.dirname);

function folderAbove(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  if (dirname(folder) === folder) throw new Error("arithmoscope: its package.json is not there");
  return folderAbove(dirname(folder));
}

/** Of `optionalDependencies`, which may have been left out: in which version each is needed. */
export const { version: VERSION, optionalDependencies: OPTIONAL_VERSIONS } = JSON.parse(
  readFileSync(join(PACKAGE, "package.json"), "utf8"),
) as { readonly version: string; readonly optionalDependencies: Readonly<Record<string, string>> };

export const SHIPPED_MODELS = Object.keys(SHIPPED_CONTENTS);

export const shippedModel = (name: string) => join(PACKAGE, "public/models", name);

const suites = join(PACKAGE, "public/suites");

export const suiteNames = () => readdirSync(suites).map((file) => file.replace(/\.json$/, ""));

/** A suite that comes with the package by its name, or a definition in a file. @throws Fault "bad-file" for what is no JSON */
export function readDefinition(name: string): SuiteDefinition | undefined {
  const path = suiteNames().includes(name) ? join(suites, `${name}.json`) : name;
  if (!path.endsWith(".json") || !existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as SuiteDefinition;
  } catch (cause) {
    throw new Fault("bad-file", `${path}: it is no JSON`, { cause });
  }
}

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The package's own folder: of the built command as of its sources, the first one above with a package.json. */
export const PACKAGE = folderAbove(import.meta.dirname);

function folderAbove(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  if (dirname(folder) === folder) throw new Error("arithmoscope: its package.json is not there");
  return folderAbove(dirname(folder));
}

export const VERSION = (JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as { readonly version: string })
  .version;

export const SHIPPED_MODELS = ["abacus", "abacus-2"] as const;

export const shippedModel = (name: string) => join(PACKAGE, "public/models", name);

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

/** A row of the table of layers in `docs/architecture.md`. */
interface Layer {
  /** As an import names it: `core`, `workers/engine`. */
  readonly name: string;
  readonly mayImport: readonly string[];
  readonly mayImportTypes: readonly string[];
  /** `*` at the end of a name stands for anything. What no row lists, no layer may import. */
  readonly packages: readonly string[];
}

interface Import {
  readonly file: string;
  readonly layer: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** `new URL("…", import.meta.url)`, which the bundler reads and which has to be a relative path. */
  readonly isUrl: boolean;
}

const root = join(import.meta.dirname, "..");
const layers = readLayers(readFileSync(join(root, "docs/architecture.md"), "utf8"));
const imports = ["src", "workers"].flatMap((folder) => sourceFiles(folder)).flatMap(importsOf);

test("every folder of src and workers is a layer of the table, and the other way round", () => {
  const folders = ["src", "workers"].flatMap((top) =>
    readdirSync(join(root, top), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => layerOf(`${top}/${name}/`)),
  );
  expect(folders.toSorted()).toEqual([...layers.keys()].toSorted());
});

test("the table's layers are layers, and none imports another in a circle", () => {
  const seen = new Set<string>();
  const visit = (name: string, path: readonly string[]) => {
    expect(layers.has(name), `${path.join(" → ")} → ${name}`).toBe(true);
    expect(path).not.toContain(name);
    if (seen.has(name)) return;
    for (const next of layers.get(name)!.mayImport) visit(next, [...path, name]);
    seen.add(name);
  };
  for (const name of layers.keys()) visit(name, []);
  const ofTypes = [...layers.values()].flatMap(({ mayImportTypes }) => mayImportTypes);
  expect(ofTypes.filter((name) => !layers.has(name))).toEqual([]);
});

test("layers import only what the table allows", () => {
  expect(imports.filter((each) => !isAllowed(each)).map(describeImport)).toEqual([]);
});

test("every package has its door", () => {
  expect(imports.filter((each) => packageOf(each) && !hasDoor(each)).map(describeImport)).toEqual([]);
});

test("no door is open that nobody goes through", () => {
  const idle = [...layers.values()].flatMap(({ name, packages }) =>
    packages
      .filter((door) => !imports.some((each) => each.layer === name && opens(door, packageOf(each) ?? "")))
      .map((door) => `${name}: ${door}`),
  );
  expect(idle).toEqual([]);
});

test("a layer is crossed by its name, and only then", () => {
  const misnamed = imports.filter(
    ({ file, layer, specifier, isUrl }) =>
      !isUrl && isOurs({ specifier }) && specifier.startsWith("#") === (wantedBy({ file, specifier }) === layer),
  );
  expect(misnamed.map(describeImport)).toEqual([]);
});

test("there are no internal index files", () => {
  expect(sourceFiles("src").filter((file) => /\/index\.tsx?$/.test(file))).toEqual([]);
});

// the test would be green without reading anything
test("sees static, type-only, side-effect and dynamic imports", () => {
  const source = `import { a } from "#core/a.ts";
import type { B } from "#model/b.ts";
import "./c.css";
export * from "./d.ts";
export type { E } from "./e.ts";
import {
  f,
} from "comlink";
const g = await import("onnxruntime-web/jspi");
new Worker(new URL("../h.ts", import.meta.url));`;
  expect(specifiersOf(source)).toEqual([
    { specifier: "#core/a.ts", typeOnly: false, isUrl: false },
    { specifier: "#model/b.ts", typeOnly: true, isUrl: false },
    { specifier: "./c.css", typeOnly: false, isUrl: false },
    { specifier: "./d.ts", typeOnly: false, isUrl: false },
    { specifier: "./e.ts", typeOnly: true, isUrl: false },
    { specifier: "comlink", typeOnly: false, isUrl: false },
    { specifier: "onnxruntime-web/jspi", typeOnly: false, isUrl: false },
    { specifier: "../h.ts", typeOnly: false, isUrl: true },
  ]);
  expect(imports.length).toBeGreaterThan(20);
});

test("a class gets its layout from one folder: of two, that which is loaded last would change what the other drew", () => {
  const places = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".css"))
    .flatMap((file) =>
      [...readFileSync(join(root, "src", file), "utf8").matchAll(/(?<!,\n)^\.([\w-]+) \{/gm)].map(([, name]) => ({
        name: name!,
        folder: dirname(file),
      })),
    );
  expect(places.length).toBeGreaterThan(100);
  const folders = Map.groupBy(places, ({ name }) => name);
  const shared = [...folders].map(([name, of]) => [name, ...new Set(of.map(({ folder }) => folder))]);
  expect(shared.filter(([, ...of]) => of.length > 1)).toEqual([]);
});

function isAllowed({ file, layer, specifier, typeOnly, isUrl }: Import): boolean {
  if (!isOurs({ specifier })) return true;
  const wanted = wantedBy({ file, specifier });
  const { mayImport, mayImportTypes } = layers.get(layer)!;
  return wanted === layer || mayImport.includes(wanted) || ((typeOnly || isUrl) && mayImportTypes.includes(wanted));
}

const isOurs = ({ specifier }: Pick<Import, "specifier">) => /^[.#]/.test(specifier);

/** The layer of the file that an import is of. */
function wantedBy({ file, specifier }: Pick<Import, "file" | "specifier">): string {
  if (specifier.startsWith(".")) return layerOf(join(dirname(file), specifier));
  return layerOf(specifier.startsWith("#workers/") ? specifier.slice(1) : `src/${specifier.slice(1)}`);
}

/** The package's name with its scope, or undefined for a file of ours. */
function packageOf({ specifier }: Import): string | undefined {
  return /^[.#/]/.test(specifier) ? undefined : /^(?:@[^/]+\/)?[^/?]+/.exec(specifier)![0];
}

function hasDoor(each: Import): boolean {
  const name = packageOf(each)!;
  return layers.get(each.layer)!.packages.some((door) => opens(door, name));
}

const opens = (door: string, name: string) => (door.endsWith("*") ? name.startsWith(door.slice(0, -1)) : door === name);

/** @returns the rows of the table of layers by name, in which a cell lists names with commas between */
function readLayers(markdown: string): ReadonlyMap<string, Layer> {
  const listed = (cell: string) => cell.replaceAll("\\", "").split(", ").filter(Boolean);
  const rows = markdown.matchAll(/^\| `((?:src|workers)\/\w+)` \|(.+)\|$/gm);
  return new Map(
    [...rows].map(([, folder, cells]) => {
      const [, mayImport, mayImportTypes, packages] = cells!.split("|").map((cell) => listed(cell.trim()));
      const name = layerOf(`${folder}/`);
      return [name, { name, mayImport: mayImport!, mayImportTypes: mayImportTypes!, packages: packages! }];
    }),
  );
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** `src/core/a.ts` is of core, `workers/engine/store/b.ts` of workers/engine. */
function layerOf(file: string): string {
  const [top, second] = file.split("/");
  return top === "src" ? second! : `${top}/${second}`;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), "utf8");
  return specifiersOf(source).map((found) => ({ file, layer: layerOf(file), ...found }));
}

function specifiersOf(source: string): Pick<Import, "specifier" | "typeOnly" | "isUrl">[] {
  const statement =
    /^\s*(?:import|export)\s+(type\s)?(?:[^;"'`]*?\sfrom\s*)?"([^"]+)"|\bimport\(\s*"([^"]+)"|new URL\(\s*"([^"]+)",\s*import\.meta\.url/gm;
  return [...source.matchAll(statement)].map(([, type, fixed, dynamic, url]) => ({
    specifier: fixed ?? dynamic ?? url!,
    typeOnly: type !== undefined,
    isUrl: url !== undefined,
  }));
}

const describeImport = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

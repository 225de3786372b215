import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

/** The layers, and what each may import of the others; see `docs/architecture.md`. `app` may import all of them. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  model: ["core"],
  formats: ["core"],
  graph: ["core", "model", "formats"],
  analysis: ["core", "model"],
  protocol: ["core", "model", "analysis"],
  client: ["core", "model", "protocol"],
  state: ["core", "model", "analysis", "protocol"],
  charts: ["core", "model"],
  views: ["core", "model", "analysis", "protocol", "state", "charts"],
  workers: ["core", "model", "formats", "graph", "analysis", "protocol"],
  app: ["core", "model", "formats", "graph", "analysis", "protocol", "client", "state", "charts", "views", "workers"],
};

/** Of these only types: the page’s state is handed its engine, charts what they draw; neither makes it. */
const MAY_IMPORT_TYPES: Record<string, readonly string[]> = { state: ["client"], charts: ["analysis"] };

/** One door per dependency: the layers that may import a package. Whatever is not listed, nobody may. */
const DOORS: readonly (readonly [name: RegExp, layers: readonly string[]])[] = [
  [/^@bufbuild\/protobuf$/, ["formats"]],
  [/^onnxruntime-(?:web|common)$/, ["workers"]],
  [/^@noble\/hashes$/, ["workers"]],
  [/^@mlc-ai\/web-tokenizers\?wasm$/, ["workers"]],
  [/^comlink$/, ["client", "workers"]],
  // what is read from a file, held to its schema
  [/^valibot$/, ["state"]],
  // its store in state, its hook in views
  [/^zustand$/, ["state", "views"]],
  [/^d3-[a-z-]+$/, ["charts"]],
  [/^react(?:-dom)?$/, ["views", "app"]],
  [/^react-error-boundary$/, ["views"]],
  [/^@fontsource(?:-variable)?\//, ["app"]],
];

interface Import {
  readonly file: string;
  readonly layer: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** `new URL("…", import.meta.url)`, which the bundler reads and which has to be a relative path. */
  readonly isUrl: boolean;
}

const root = join(import.meta.dirname, "..");
const imports = ["src", "workers"].flatMap((folder) => sourceFiles(folder)).flatMap(importsOf);

test("every folder of src is a layer", () => {
  const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).filter((name) => !(name in MAY_IMPORT))).toEqual([]);
});

test("layers import only what the table allows", () => {
  expect(imports.filter((each) => !isAllowed(each)).map(describeImport)).toEqual([]);
});

test("every package has its door", () => {
  expect(imports.filter((each) => packageOf(each) && !hasDoor(each)).map(describeImport)).toEqual([]);
});

test("a layer is crossed by its name, never by a relative path", () => {
  const crossing = imports.filter(({ file, layer, specifier, isUrl }) => {
    return specifier.startsWith(".") && !isUrl && layerOf(join(dirname(file), specifier)) !== layer;
  });
  expect(crossing.map(describeImport)).toEqual([]);
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

function isAllowed({ file, layer, specifier, typeOnly }: Import): boolean {
  if (!/^[.#]/.test(specifier)) return true;
  const wanted = specifier.startsWith("#")
    ? specifier.slice(1).split("/")[0]!
    : layerOf(join(dirname(file), specifier));
  return (
    wanted === layer ||
    MAY_IMPORT[layer]!.includes(wanted) ||
    (typeOnly && (MAY_IMPORT_TYPES[layer] ?? []).includes(wanted))
  );
}

/** The package's name with its scope, or undefined for a file of ours. */
function packageOf({ specifier }: Import): string | undefined {
  return /^[.#/]/.test(specifier) ? undefined : /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
}

function hasDoor(each: Import): boolean {
  const name = packageOf(each)!;
  return DOORS.some(([pattern, layers]) => pattern.test(name) && layers.includes(each.layer));
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function layerOf(file: string): string {
  const [top, second] = file.split("/");
  return top === "src" ? second! : top!;
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

import { fc } from "#test/fast-check.ts";

/**
 * What a hostile or broken file can have in place of what belongs there. JSON is changed as a tree and written with what no
 * tree can hold: names twice, numbers beyond every double, minus zero.
 */

type Json = unknown;

/** Text that stands in the file as it is, not as JSON would write it. */
const RAW = "\u0001raw:";
const raw = (text: string) => `${RAW}${text}${RAW}`;

const nested = (depth: number, open: string, close: string) => raw(open.repeat(depth) + close.repeat(depth));

/** What `String` and `Number` throw at. */
export const NEITHER_TEXT_NOR_NUMBER: Json = { toString: 1, valueOf: 2 };

/** Each is written into the file in place of a value. */
const HOSTILE_VALUES: readonly Json[] = [
  null,
  true,
  false,
  "",
  "NaN",
  "1e308",
  "../../etc/passwd",
  "https://example.org/x.safetensors",
  "__proto__",
  "x".repeat(100_000),
  "\ud800",
  0,
  -1,
  -0.5,
  0.1,
  1,
  2,
  7,
  64,
  4_096,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 - 1,
  2 ** 63,
  1e18,
  1e308,
  -1e308,
  5e-324,
  raw("1e999"),
  raw("-1e999"),
  raw("-0"),
  raw("1E400"),
  [],
  [[]],
  {},
  [null],
  [-1, 2],
  [0, 9_007_199_254_740_991],
  [9_007_199_254_740_991, 9_007_199_254_740_991],
  [1e308, 1e308, 1e308],
  NEITHER_TEXT_NOR_NUMBER,
  { length: 5 },
  { Regex: "(a+)+$" },
  { Regex: "(" },
  { Regex: "(?:a|a)*b" },
  { Regex: "(a|a)".repeat(30) },
  { Regex: "a?".repeat(40) },
  { Regex: "[" },
  { String: "" },
  { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁".repeat(500) }] },
  { type: "FixedLength", length: 0 },
  { type: "Replace", pattern: { String: "a" }, content: "a".repeat(4_000) },
  Array.from({ length: 2_000 }, () => 2),
  nested(100_000, "[", "]"),
  nested(50_000, '{"a":', "}").replace('{"a":}', '{"a":1}'),
];

/** Names that a field can be given. */
const HOSTILE_NAMES = ["__proto__", "constructor", "toString", "", "__metadata__", "x".repeat(10_000), "a.b", "\u0000"];

/** One change to one place of a tree. `at` chooses the place, whatever the tree's size. */
interface Change {
  readonly kind: "replace" | "delete" | "rename" | "copy" | "scale" | "twice";
  readonly at: number;
  readonly by: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("replace", "replace", "replace", "delete", "rename", "copy", "scale", "twice"),
  at: fc.nat(),
  by: fc.nat(),
});

/** The texts of a file with up to four changes, one of them at least. */
export const mutatedJson = (tree: Json): fc.Arbitrary<string> =>
  fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => written(changes.reduce(changed, tree)));

/** The texts of a file with one value in place of each of its own in turn. */
export function withEverywhere(tree: Json, value: Json): string[] {
  return placesOf(tree).map((_, at) => {
    const copy = structuredClone(tree);
    const { holder, name } = placesOf(copy)[at]!;
    put(holder, name, value);
    return written(copy);
  });
}

/** A tree whose parts a change can reach: every object and list, with the way to each of its entries. */
function changed(tree: Json, { kind, at, by }: Change): Json {
  const copy = structuredClone(tree);
  const places = placesOf(copy);
  const place = places[at % Math.max(1, places.length)];
  if (!place) return HOSTILE_VALUES[by % HOSTILE_VALUES.length];
  const { holder, name } = place;
  const other = places[by % places.length]!;
  switch (kind) {
    case "replace":
      put(holder, name, HOSTILE_VALUES[by % HOSTILE_VALUES.length]);
      break;
    case "delete":
      // of a list it leaves a hole, which is written as null
      Reflect.deleteProperty(holder, name);
      break;
    case "rename":
      if (!Array.isArray(holder)) put(holder, HOSTILE_NAMES[by % HOSTILE_NAMES.length]!, Reflect.get(holder, name));
      break;
    case "copy":
      put(holder, name, structuredClone(Reflect.get(other.holder, other.name)));
      break;
    case "scale": {
      const value: unknown = Reflect.get(holder, name);
      if (typeof value === "number") put(holder, name, value * [-1, 0.5, 2, 3, 1e6, 1e15][by % 6]! + (by % 3) - 1);
      break;
    }
    case "twice":
      // in the file the second of two equal names counts, in a tree there is one
      if (!Array.isArray(holder)) put(holder, `${TWICE}${name}`, HOSTILE_VALUES[by % HOSTILE_VALUES.length]);
      break;
    default:
      throw new Error(`mutation: unknown kind ${String(kind satisfies never)}`);
  }
  return copy;
}

const TWICE = "\u0001twice:";

interface Place {
  readonly holder: object;
  readonly name: string;
}

/** Vocabularies have thousands of entries alike: of each object the first and the last few are enough. */
const MAX_ENTRIES = 24;

function placesOf(tree: Json): Place[] {
  if (typeof tree !== "object" || tree === null) return [];
  const names = Object.keys(tree);
  const chosen =
    names.length > MAX_ENTRIES ? [...names.slice(0, MAX_ENTRIES / 2), ...names.slice(-MAX_ENTRIES / 2)] : names;
  return chosen.flatMap((name) => [{ holder: tree, name }, ...placesOf(Reflect.get(tree, name))]);
}

const put = (holder: object, name: string, value: unknown) =>
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });

const written = (tree: Json): string =>
  (JSON.stringify(tree) ?? "")
    .replace(/"\\u0001raw:(.*?)\\u0001raw:"/g, (_, text: string) => text.replaceAll('\\"', '"'))
    .replaceAll("\\u0001twice:", "");

/** Changes to the bytes themselves: some set to others, the end cut off or grown. */
export const mutatedBytes = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      sets: fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 }),
      length: fc.oneof(fc.constant(bytes.length), fc.nat({ max: bytes.length + 64 })),
    })
    .map(({ sets, length }) => {
      const copy = new Uint8Array(length);
      copy.set(bytes.subarray(0, length));
      for (const [at, value] of sets) if (at < length) copy[at] = value;
      return copy;
    });

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fc } from "#test/fast-check.ts";
import "#state/experiments/behind-door.ts";
import { describe, expect, test } from "vitest";
import { DTYPES } from "#model/checkpoint.ts";
import { MAX_SCALE } from "#model/interventions.ts";
import { VARIANTS } from "#protocol/engine.ts";
import { HEAD_SCORES } from "#protocol/lens.ts";
import { DEFAULT_PLOT, OPERATIONS, QUANTITIES } from "../lab/forms.ts";
import { DEFAULT_CHAIN, DEFAULT_READING, LOOKS, NO_FINDING, PUBLISHED, VIEWS } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { FIELDS, MAX_UNREAD } from "./permalink-fields.ts";
import {
  MAX_LINK_CHARACTERS,
  MAX_READ_CHARACTERS,
  decodeFinding,
  encodeFinding,
  fitsLink,
  readableFragment,
} from "./permalink.ts";

const ablatedHead = (layer: number, head: number) => ({ kind: "head", at: { layer, head }, scale: 0 }) as const;

const example: Finding = {
  model: "abacus",
  revision: "r1",
  dtype: "q8",
  prompt: "3+5=",
  target: 12,
  interventions: [ablatedHead(0, 7), { kind: "neuron", at: { layer: 4, neuron: 425 }, scale: 0.5 }],
  view: "neurons",
  selected: { kind: "neuron", at: { layer: 4, neuron: 425 } },
  sort: { column: "change", descending: true },
  expected: {
    baseline: -0.0601,
    changed: -7.98,
    neurons: [
      { at: { layer: 4, neuron: 425 }, change: 0.697 },
      { at: { layer: 3, neuron: 17 }, change: 0.21 },
    ],
  },
  unknown: [],
};

/** The reader a text editor or a notebook would use, to which a link means the same. */
const asFormData = (fragment: string, key: string) => new URLSearchParams(fragment).get(key);

describe("a written link", () => {
  test("can be read by a person", () => {
    expect(encodeFinding(example)).toBe(
      "v=1&m=abacus@r1&d=q8&p=3%2B5=&t=12&x=L0H7*0;L4N425*0.5&view=neurons&sel=L4N425&sort=-change&b=-0.0601&c=-7.98&n=L4N425:0.697;L3N17:0.21",
    );
  });

  test("leaves defaults out", () => {
    expect(encodeFinding(NO_FINDING)).toBe("v=1&m=abacus");
  });

  test("means the same to URLSearchParams", () => {
    const prompt = " a+b & c=d;\t100 % #1 ";
    expect(asFormData(encodeFinding({ ...NO_FINDING, prompt }), "p")).toBe(prompt);
  });

  test("survives Markdown, HTML and a full stop after it", () => {
    const fragment = encodeFinding({ ...NO_FINDING, prompt: "what's (3+5)?" });
    expect(fragment).not.toMatch(/['"()<>\s]|[.,:;!?]$/);
    expect(decodeFinding(fragment).finding.prompt).toBe("what's (3+5)?");
  });

  test("rounds claims to four decimals and leaves out what is not a number", () => {
    const expected = {
      baseline: -0.060082698,
      changed: Number.NaN,
      neurons: [{ at: { layer: 0, neuron: 1 }, change: -0.00001 }],
    };
    expect(encodeFinding({ ...NO_FINDING, expected })).toBe("v=1&m=abacus&b=-0.0601&n=L0N1:0");
  });

  test("drops the last claimed neurons first, and nothing else", () => {
    const neurons = Array.from({ length: 400 }, (_, neuron) => ({
      at: { layer: 12, neuron },
      change: 0.1234,
    }));
    const crowded = { ...example, expected: { ...example.expected, neurons } };
    const fragment = encodeFinding(crowded);
    const read = decodeFinding(fragment).finding;
    const kept = read.expected.neurons ?? [];
    expect(fragment.length).toBeLessThanOrEqual(MAX_LINK_CHARACTERS);
    expect(fragment.length).toBeGreaterThan(MAX_LINK_CHARACTERS - 20);
    expect(kept).toEqual(neurons.slice(0, kept.length));
    expect({ ...read, expected: { ...read.expected, neurons } }).toEqual(crowded);
    expect(fitsLink(crowded)).toBe(false);
    expect(fitsLink(read)).toBe(true);
  });

  test("never cuts the prompt", () => {
    const prompt = "3+5=".repeat(2_000);
    const finding = { ...example, prompt };
    expect(fitsLink(finding)).toBe(false);
    expect(decodeFinding(encodeFinding(finding)).finding).toEqual({
      ...finding,
      expected: { baseline: -0.0601, changed: -7.98 },
    });
  });

  test("is handed on as far as it is read again", () => {
    const plain = { ...NO_FINDING, prompt: "3".repeat(MAX_READ_CHARACTERS - "v=1&m=abacus&p=".length) };
    expect(decodeFinding(readableFragment(plain)!)).toMatchObject({ finding: { prompt: plain.prompt }, notices: [] });
    expect(readableFragment({ ...plain, prompt: `${plain.prompt}3` })).toBeUndefined();
    // a space takes three characters
    expect(readableFragment({ ...NO_FINDING, prompt: " ".repeat(70_000) })).toBeUndefined();
    expect(
      readableFragment({ ...NO_FINDING, ablationSource: ["3".repeat(150_000), "4".repeat(60_000)] }),
    ).toBeUndefined();
  });

  test("writes half a surrogate pair as U+FFFD, which an address can hold", () => {
    expect(decodeFinding(encodeFinding({ ...NO_FINDING, prompt: "a\uD83Db" })).finding.prompt).toBe("a\uFFFDb");
  });
});

/** Every finding that the page can make, its claims already rounded as a link rounds them. */
function findings(): fc.Arbitrary<Finding> {
  const index = fc.nat({ max: 20_000 });
  const head = fc.record({
    kind: fc.constant("head" as const),
    at: fc.record({ layer: index, head: index }),
  });
  const neuron = fc.record({
    kind: fc.constant("neuron" as const),
    at: fc.record({ layer: index, neuron: index }),
  });
  const scale = fc.double({ min: -MAX_SCALE, max: MAX_SCALE, noNaN: true }).map((value) => value + 0);
  const change = fc.oneof(
    fc.tuple(head, scale).map(([part, by]) => ({ ...part, scale: by })),
    fc.tuple(neuron, scale).map(([part, by]) => ({ ...part, scale: by })),
  );
  const nats = fc.integer({ min: -500_000, max: 0 }).map((tenThousandths) => tenThousandths / 10_000 + 0);
  const claimed = fc.record({ at: fc.record({ layer: index, neuron: index }), change: nats });
  const value = fc.integer({ min: -500_000, max: 500_000 }).map((tenThousandths) => tenThousandths / 10_000 + 0);
  const part = fc.oneof(
    fc.tuple(index, index).map(([layer, at]) => `L${layer}H${at}`),
    index.map((layer) => `L${layer}A`),
    fc.tuple(index, index).map(([layer, at]) => `L${layer}N${at}`),
    fc.tuple(index, index, index).map(([layer, at, position]) => `L${layer}N${at}@${position}`),
    fc.constantFrom("stages", "promoting-share", "deep-neurons"),
  );
  const name = fc.stringMatching(/^[a-zA-Z0-9_][\w-]{0,12}$/);
  const hub = fc.tuple(name, name).map(([owner, repo]) => `${owner}/${repo}`);
  const model = fc.oneof(
    fc.record({ model: fc.oneof(name, hub), revision: name }, { requiredKeys: ["model"] }),
    fc.webUrl().map((address) => ({ model: address })),
  );
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..." +=&;#%@*:.\n\t8") }));
  const known = new Set(FIELDS.map((field) => field.key));
  const key = text.filter((each) => each !== "" && !known.has(each));
  const least = fc.double({ min: 0, max: 100, noNaN: true }).map((value) => value + 0);
  const thresholds = fc.record(
    { headEffect: least, promotingShare: least, neuronChange: least, transferShare: least, shallowShare: least },
    { requiredKeys: [] },
  );
  const chain = fc.record(
    {
      thresholds: thresholds.filter((moved) => Object.keys(moved).length > 0),
      head: fc.record({ layer: index, head: index }),
      leastShare: fc.double({ min: 0, max: 1, noNaN: true }).filter((share) => share !== DEFAULT_CHAIN.leastShare),
      other: text.filter((prompt) => prompt !== ""),
      otherVariant: fc.constantFrom(...VARIANTS),
      isMeasured: fc.constant(true as const),
      published: fc.constantFrom(...PUBLISHED),
    },
    { requiredKeys: [] },
  );
  const reading = fc.record(
    {
      look: fc.constantFrom(...LOOKS.filter((look) => look !== DEFAULT_READING.look)),
      isUnder: fc.constant(true),
      norm: fc.constant("final" as const),
      cells: fc.constant("target" as const),
      place: fc.record({ stage: index, position: index }),
      against: fc.nat(),
      layer: index,
      score: fc.constantFrom(...HEAD_SCORES.filter((score) => score !== DEFAULT_READING.score)),
    },
    { requiredKeys: [] },
  );
  const readPart = fc.oneof(
    fc.tuple(index, index).map(([layer, at]) => `L${layer}H${at}`),
    fc.tuple(index, fc.constantFrom("", "F")).map(([layer, end]) => `L${layer}${end}`),
    fc.constantFrom("total", "E", "bias"),
  );
  const plot = fc.record(
    {
      quantity: fc.constantFrom(...QUANTITIES),
      part: fc.oneof(
        fc.tuple(index, index).map(([layer, at]) => `L${layer}H${at}`),
        fc.tuple(index, index).map(([layer, at]) => `L${layer}N${at}`),
      ),
      operation: fc.constantFrom(...OPERATIONS.filter((operation) => operation !== DEFAULT_PLOT.operation)),
      template: text.filter((template) => template !== "" && template !== DEFAULT_PLOT.template),
      to: fc.nat({ max: 99 }).filter((to) => to !== DEFAULT_PLOT.to),
    },
    { requiredKeys: [] },
  );
  const neuronName = fc.tuple(index, index).map(([layer, at]) => `L${layer}N${at}`);
  const mapName = fc.oneof(
    fc.constant("baseline"),
    fc.tuple(fc.constantFrom("", "other-"), index, index).map(([which, layer, at]) => `${which}L${layer}H${at}`),
  );
  const rest = fc.record(
    {
      prompt: text,
      view: fc.constantFrom(...VIEWS),
      interventions: fc.array(change, { maxLength: 5 }),
      ablationSource: fc.array(
        text.filter((prompt) => prompt !== "" && !prompt.includes("\n")),
        { minLength: 1, maxLength: 4 },
      ),
      expected: fc.record(
        {
          baseline: nats,
          changed: nats,
          neurons: fc.array(claimed, { minLength: 1, maxLength: 5 }),
          chain: fc.array(fc.record({ name: part, value }), { minLength: 1, maxLength: 8 }),
          reading: fc.array(fc.record({ name: readPart, value }), { minLength: 1, maxLength: 4 }),
          topNeurons: fc.array(fc.record({ name: neuronName, value }), { minLength: 1, maxLength: 3 }),
          maps: fc.array(fc.record({ name: mapName, value }), { minLength: 1, maxLength: 7 }),
          unread: fc.integer({ min: 1, max: MAX_UNREAD }),
          unreadAsked: fc.integer({ min: 1, max: MAX_UNREAD }),
          experiment: fc.array(fc.record({ name: fc.stringMatching(/^[\w +×÷.@-]{1,40}$/), value }), {
            minLength: 1,
            maxLength: 5,
          }),
        },
        { requiredKeys: [] },
      ),
      unknown: fc.array(fc.tuple(key, text), { maxLength: 3 }),
      dtype: fc.constantFrom(...DTYPES),
      result: fc.record({ sha256: fc.stringMatching(/^[0-9a-f]{64}$/), address: fc.webUrl() }),
      isForResearchers: fc.constant(true as const),
      agreement: fc.constantFrom(0, 3e-7, 1e-6, 0.0009, 1),
      target: fc.nat(),
      selected: fc.oneof(head, neuron),
      sort: fc.record({
        column: fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,9}$/),
        descending: fc.boolean(),
      }),
      title: fc.stringMatching(/^[\p{L}\d+&=%#;<>"'.,!?-]{1,100}$/u),
      note: fc
        .array(fc.stringMatching(/^[\p{L}\d+&=%#;<>"'.,!?-]{1,40}$/u), { minLength: 1, maxLength: 4 })
        .map((lines) => lines.join("\n")),
      plot: plot.filter((asked) => Object.keys(asked).length > 0),
      chain: chain.filter((settings) => Object.keys(settings).length > 0),
      reading: reading.filter((settings) => Object.keys(settings).length > 0),
    },
    { requiredKeys: ["prompt", "view", "interventions", "expected", "unknown"] },
  );
  return fc.tuple(model, rest).map(([which, what]) => ({ ...which, ...what }));
}

describe("reading a link", () => {
  test("gives back what was written", () => {
    fc.assert(
      fc.property(findings(), (finding) => {
        fc.pre(fitsLink(finding));
        expect(decodeFinding(encodeFinding(finding))).toEqual({ finding, notices: [] });
      }),
      { numRuns: 500 },
    );
  });

  test("never throws, whatever the address bar holds", () => {
    const pieces = fc.constantFrom(
      "v=",
      "m=",
      "p=",
      "x=",
      "n=",
      "ce=",
      "cr=",
      "er=",
      "sel=",
      "title=",
      "note=",
      "&",
      "=",
      ";",
      "*",
      ":",
      "%",
      "%F0",
      "L0H7",
      "1e999",
      "-",
    );
    const messy = fc.array(fc.oneof(pieces, fc.string({ unit: "binary" }))).map((parts) => parts.join(""));
    fc.assert(
      fc.property(messy, (fragment) => {
        const { finding } = decodeFinding(fragment);
        expect(decodeFinding(encodeFinding(finding)).notices).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("takes an empty one for no finding", () => {
    expect(decodeFinding("#")).toEqual({ finding: NO_FINDING, notices: [] });
  });

  test("takes one typed by hand: no version, a plain plus, an equals sign", () => {
    expect(decodeFinding("#p=3+5=&x=0.7")).toEqual({
      finding: { ...NO_FINDING, prompt: "3+5=", interventions: [ablatedHead(0, 7)] },
      notices: [],
    });
  });

  test.each(["L17H22", "l17h22", "17.22", "17_22", "17^22", "17%5E22", "L17%20H22"])("takes a head as %s", (head) => {
    const { finding, notices } = decodeFinding(`x=${head}*0&sel=${head}`);
    expect(notices).toEqual([]);
    expect(finding.interventions).toEqual([ablatedHead(17, 22)]);
    expect(finding.selected).toEqual({ kind: "head", at: { layer: 17, head: 22 } });
  });

  test("keeps keys of other versions and writes them again", () => {
    const { finding, notices } = decodeFinding("v=1&m=abacus&embed=1&lesson=a%26b&flag");
    expect(notices).toEqual([]);
    expect(encodeFinding(finding)).toBe("v=1&m=abacus&embed=1&lesson=a%26b&flag");
  });

  test("takes a model on the Hub with its revision, and one at an address without", () => {
    expect(decodeFinding("m=owner/name@refs/pr/1").finding).toMatchObject({
      model: "owner/name",
      revision: "refs/pr/1",
    });
    expect(decodeFinding("m=https://a.org/@me/model/").finding).toEqual({
      ...NO_FINDING,
      model: "https://a.org/@me/model/",
    });
  });

  test.each<[string, string, Partial<Finding>, string]>([
    [
      "a newer version",
      "v=2&t=3",
      { target: 3 },
      "link: written in version 2 of the format, this page reads 1; what it knows is shown",
    ],
    ["no version", "v=one", {}, "link: v is “one”; it needs the format’s version, 1"],
    [
      "a model that would leave its folder",
      "m=a/../b&t=3",
      { target: 3 },
      "link: m is “a/../b”; it needs abacus, owner/name or owner/name/file.gguf on the Hub (with @revision), folder:name, or an http(s) address",
    ],
    ["a model that is a script", "m=javascript:alert(1)", {}, "link: m is “javascript:alert(1)”; it needs"],
    ["an address with a password", "m=https://me:secret@a.org/", {}, "link: m is “https://me:secret@a.org/”; it needs"],
    ["a precision that is none", "d=q3", {}, "link: d is “q3”; it needs one of q4, q8, f32"],
    [
      "half a character",
      "p=3%2B5%C3",
      { prompt: "3+5%C3" },
      "link: p holds “%C3”, which is no percent-escape of UTF-8; it was left as it stands",
    ],
    [
      "half a character beside whole ones",
      "p=3%2B5%3D%E2%82",
      { prompt: "3+5=%E2%82" },
      "link: p holds “%E2%82”, which is no percent-escape of UTF-8; it was left as it stands",
    ],
    [
      "a byte too many after a whole character",
      "p=caf%C3%A9%A9%3D",
      { prompt: "café%A9=" },
      "link: p holds “%A9”, which is no percent-escape of UTF-8; it was left as it stands",
    ],
    [
      "a bare per cent sign",
      "p=100%&t=3",
      { prompt: "100%", target: 3 },
      "link: p holds “%”, which is no percent-escape of UTF-8; it was left as it stands",
    ],
    ["a target that is no id", "t=-1", {}, "link: t is “-1”; it needs a token id, a whole number from 0"],
    ["a target beyond any id", "t=99999999999999999999", {}, "link: t is “99999999999999999999”; it needs a token id"],
    [
      "one bad intervention of two",
      "x=L0H7*0;L0X7*0",
      { interventions: [ablatedHead(0, 7)] },
      "link: x lists “L0X7*0”; it needs to be a head or a neuron, as L0H7*0 or L4N425*0.5",
    ],
    [
      "ablation-source that are no prompts",
      "si=%0A%0A",
      {},
      "link: si is “\n\n”; it needs prompts, one a line, 1 to 1000",
    ],
    ["an intervention cut off", "x=L0H7*", {}, "link: x lists “L0H7*”; what follows * needs to be a number"],
    [
      "a scale out of range",
      "x=L0H7*1e9",
      {},
      "link: x lists “L0H7*1e9”; intervention: scale 1000000000 must be a number from −100 to 100",
    ],
    ["a view that is none", "view=3d", {}, "link: view is “3d”; it needs one of heads, chain, neurons"],
    ["a selection that is none", "sel=L0", {}, "link: sel is “L0”; it needs a head or a neuron, as L0H7 or L4N425"],
    [
      "a head of a layer without end",
      `sel=L${"9".repeat(20)}H1`,
      {},
      `link: sel is “L${"9".repeat(20)}H1”; it needs a head`,
    ],
    [
      "a column that is none",
      "sort=<b>",
      {},
      "link: sort is “<b>”; it needs a column, with - before it for the largest first, as -change",
    ],
    ["a published chain that is none", "chain=moon", {}, "link: chain is “moon”; it needs one of llama-7b-3plus5"],
    ["a predicting head that is a neuron", "ph=L4N2", {}, "link: ph is “L4N2”; it needs a head, as L0H7"],
    ["a share above 1", "edges=1.5", {}, "link: edges is “1.5”; it needs a share from 0 to 1"],
    [
      "one threshold of two that is none",
      "min=headEffect:0.3;moon:1",
      { chain: { thresholds: { headEffect: 0.3 } } },
      "link: min lists “moon:1”; “moon” is no threshold; there are headEffect, promotingShare",
    ],
    [
      "a threshold below 0",
      "min=headEffect:-1",
      {},
      "link: min lists “headEffect:-1”; what follows : needs to be a number from 0",
    ],
    [
      "a probability above 1",
      "b=0.9",
      { expected: { unread: 1 } },
      "link: b is “0.9”; it needs a log-probability in nats, 0 or less",
    ],
    [
      "a claim that is no number",
      "c=low",
      { expected: { unread: 1 } },
      "link: c is “low”; it needs a log-probability in nats, 0 or less",
    ],
    [
      "a neuron without its change",
      "n=L4N425",
      { expected: { unread: 1 } },
      "link: n lists “L4N425”; it needs to be a neuron with its change, as L4N425:0.697",
    ],
    [
      "one number of two that is of no part of a chain",
      "ce=L4N425@2:0.1;__proto__:1",
      { expected: { chain: [{ name: "L4N425@2", value: 0.1 }], unread: 1 } },
      "link: ce lists “__proto__:1”; it needs to be a part or an edge of a chain or one of stages, promoting-share, deep-neurons, with its number, as L0H7:1.234",
    ],
    [
      "a chain's number beyond all numbers",
      "cr=L0H7:1e999",
      { expected: { unread: 1 } },
      "link: cr lists “L0H7:1e999”; it needs to be a part",
    ],
    [
      "an experiment's number that is none",
      "er=accuracy:high;L0H7:0.4",
      { expected: { experiment: [{ name: "L0H7", value: 0.4 }], unread: 1 } },
      "link: er lists “accuracy:high”; it needs to be a name with its number, as L0H7:0.42",
    ],
    [
      "a saved result without its hash",
      "ef=https://example.org/result.json",
      {},
      "link: ef is “https://example.org/result.json”; it needs a saved result: the SHA-256 of its bytes, @ and its http(s) address",
    ],
    ["a saved result that lies on a disk", `ef=${"0f".repeat(32)}@file:///result.json`, {}, "link: ef is “0f0f"],
    ["a key given twice", "p=a&p=b", { prompt: "a" }, "link: p is given twice; the first one is used, “b” is not"],
    ["a long value, quoted in part", `d=${"q".repeat(100)}`, {}, `link: d is “${"q".repeat(60)}…”; it needs one of`],
  ])("says what is wrong with %s and opens the rest", (_what, fragment, opened, notice) => {
    const { finding, notices } = decodeFinding(fragment);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(notice);
    // how many parts of the question are among them: unread-question.test.ts
    const { unreadAsked: _, ...expected } = finding.expected;
    expect({ ...finding, expected, unknown: [] }).toEqual({ ...NO_FINDING, ...opened });
  });

  test("opens nothing of a link beyond the limit", () => {
    expect(decodeFinding(`p=${"3".repeat(MAX_READ_CHARACTERS)}`)).toEqual({
      finding: NO_FINDING,
      notices: ["link: 200002 characters, at most 200000 are read; nothing of it was opened"],
      isNothing: true,
    });
  });

  test("takes no more of a list than a page can draw", () => {
    const heads = Array.from({ length: 5_000 }, (_, head) => `L0H${head}`);
    const { finding, notices } = decodeFinding(`x=${heads.join(";")}`);
    expect(finding.interventions).toHaveLength(4_096);
    expect(notices).toEqual(["link: x lists 5000 items; the first 4096 are used"]);
  });

  test("counts what it no longer lists", () => {
    const { notices } = decodeFinding(`x=${"?;".repeat(30)}`);
    expect(notices).toHaveLength(21);
    expect(notices.at(-1)).toBe("link: 10 more of its values could not be used");
  });
});

test("the table of a link's keys in the docs has each of them", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/methods/verification.md"), "utf8");
  const [, table = ""] = /^\| key \|.*\n\|.*\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const keys = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map(([, key]) => key!),
  );
  expect(keys.toSorted()).toEqual(FIELDS.map(({ key }) => key).toSorted());
});

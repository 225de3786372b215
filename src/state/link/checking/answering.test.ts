import "#state/experiments/behind-door.ts";
import { describe, expect, test } from "vitest";
import { standingOf } from "./answering.ts";
import type { Given, Provenance, Standing } from "./answering.ts";
import type { Asked } from "./same-question.ts";
import { FIRST_FORM } from "../../experiments/form/form.ts";
import type { ExperimentForm } from "../../experiments/form/form.ts";
import { askedPatch } from "../../lab/patch-form.ts";
import { DEFAULT_CHAIN, DEFAULT_PATCH, DEFAULT_READING, NO_FINDING } from "../finding.ts";
import type { Finding } from "../finding.ts";
import type { Subject, SubjectModel } from "../../subject.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const OTHER_COMMIT = "f".repeat(40);
const PROVENANCES: readonly Provenance[] = ["computed here", "from a file", "recorded"];
const KINDS = ["answer", "chain", "maps", "patch", "experiment"] as const satisfies readonly Asked["kind"][];

function askedAs(kind: Asked["kind"], form: ExperimentForm = FIRST_FORM): Asked {
  if (kind === "experiment") return { kind, form };
  if (kind === "patch") return { kind, form: askedPatch(DEFAULT_PATCH, "3+5=") };
  if (kind === "maps") return { kind, reading: { ...DEFAULT_READING, other: "4+5=" } };
  return kind === "chain" ? { kind, settings: DEFAULT_CHAIN } : { kind };
}

const HEAD = { kind: "head", at: { layer: 0, head: 7 }, scale: 0 } as const;

const LORA: NonNullable<SubjectModel["lora"]> = {
  named: `owner/lora@${COMMIT}`,
  label: "lora",
  source: { kind: "hub", name: "owner/lora", revision: COMMIT, requested: "main" },
};

const MODEL: SubjectModel = {
  id: "owner/model",
  revision: COMMIT,
  name: "model",
  source: { kind: "hub", name: "owner/model", revision: COMMIT, requested: "main" },
  content: "cd34".repeat(16),
  dtype: "q8",
  backend: "wasm",
  lora: LORA,
};

const ABOUT: Subject = {
  model: MODEL,
  variant: "adapted",
  prompt: "3+5=",
  tokens: [],
  token: undefined,
  target: 12,
  interventions: [HEAD],
  ablationSource: ["2+4="],
};

const CLAIM: Finding = {
  ...NO_FINDING,
  model: "owner/model",
  revision: COMMIT,
  dtype: "q8",
  adapter: `owner/lora@${COMMIT}`,
  variant: "adapted",
  prompt: "3+5=",
  target: 12,
  interventions: [HEAD],
  ablationSource: ["2+4="],
  reading: { other: "4+5=" },
  experiment: FIRST_FORM,
};

const given = (change: Partial<Given> = {}, kind: Asked["kind"] = "answer"): Given => ({
  provenance: "computed here",
  about: ABOUT,
  asked: askedAs(kind),
  ...change,
});

/** What a result has to be for "reproduced" to be possible at all. */
const isFull = (standing: Standing) => standing.kind === "checks" && standing.others.length === 0;

interface Case {
  readonly what: string;
  readonly claim?: Partial<Finding>;
  readonly about?: Partial<Subject>;
  readonly model?: Partial<SubjectModel>;
  /** Of each kind of question: as the link has it, of weights it does not name, or another thing altogether. */
  readonly is: Readonly<Record<Asked["kind"], "full" | "unlike" | "nothing">>;
}

const all = (is: "full" | "unlike" | "nothing") => ({ answer: is, chain: is, maps: is, patch: is, experiment: is });

/** Claim × what is loaded. A prompt plays no part in an experiment, what is ablated none in a chain, nor the target in patches, which have answers of their own. */
const CASES: readonly Case[] = [
  { what: "the very same", is: all("full") },
  { what: "another model", claim: { model: "owner/other" }, is: all("nothing") },
  { what: "another revision", claim: { revision: OTHER_COMMIT }, is: all("unlike") },
  { what: "the branch that was opened", claim: { revision: "main" }, is: all("full") },
  { what: "another branch", claim: { revision: "dev" }, is: all("unlike") },
  { what: "the commit, shortened", claim: { revision: COMMIT.slice(0, 7) }, is: all("full") },
  { what: "a commit shortened too far", claim: { revision: COMMIT.slice(0, 6) }, is: all("unlike") },
  {
    what: "a revision of what has none",
    model: { revision: undefined, source: { kind: "url", name: "x" } },
    is: all("unlike"),
  },
  { what: "the same content", claim: { content: "cd34cd34cd34" }, is: all("full") },
  { what: "another content", claim: { content: "ab12ab12ab12" }, is: all("unlike") },
  { what: "content that nobody knows", claim: { content: "ab12" }, model: { content: undefined }, is: all("unlike") },
  { what: "another content of the adapter", claim: { adapterContent: "ab12" }, is: all("unlike") },
  { what: "another precision", claim: { dtype: "f32" }, is: all("unlike") },
  { what: "the base", claim: { variant: "base" }, is: all("nothing") },
  { what: "the adapted one of a base", about: { variant: "base" }, is: all("nothing") },
  { what: "another adapter", claim: { adapter: "owner/other" }, is: all("nothing") },
  { what: "no adapter", model: { lora: undefined } as never, is: all("nothing") },
  { what: "another revision of the adapter", claim: { adapter: `owner/lora@${OTHER_COMMIT}` }, is: all("unlike") },
  {
    what: "another prompt",
    claim: { prompt: "3+6=" },
    is: { answer: "nothing", chain: "nothing", maps: "nothing", patch: "nothing", experiment: "full" },
  },
  {
    what: "a space more",
    claim: { prompt: "3+5= " },
    is: { answer: "nothing", chain: "nothing", maps: "nothing", patch: "nothing", experiment: "full" },
  },
  {
    what: "another target",
    claim: { target: 13 },
    is: { answer: "nothing", chain: "nothing", maps: "nothing", patch: "full", experiment: "full" },
  },
  {
    what: "other parts off",
    claim: { interventions: [{ ...HEAD, scale: 0.5 }] },
    is: { answer: "nothing", chain: "full", maps: "full", patch: "full", experiment: "full" },
  },
  {
    what: "other ablation-source",
    claim: { ablationSource: ["2+6="] },
    is: { answer: "nothing", chain: "nothing", maps: "nothing", patch: "full", experiment: "full" },
  },
  {
    what: "one donor of two lines for two",
    claim: { ablationSource: ["a\nb"] },
    about: { ablationSource: ["a", "b"] },
    is: { answer: "nothing", chain: "nothing", maps: "nothing", patch: "full", experiment: "full" },
  },
  {
    what: "other thresholds",
    claim: { chain: { thresholds: { headEffect: 0.3 } } },
    is: { ...all("full"), chain: "nothing" },
  },
  {
    what: "another prompt beside",
    claim: { reading: { other: "4+6=" } },
    is: { ...all("full"), maps: "nothing" },
  },
  {
    what: "another variant beside",
    claim: { reading: { other: "4+5=", otherVariant: "base" } },
    is: { ...all("full"), maps: "nothing" },
  },
  {
    what: "what is ablated staying so in both maps",
    claim: { reading: { other: "4+5=", isUnder: true } },
    is: { ...all("full"), maps: "nothing" },
  },
  {
    what: "another look than the maps",
    claim: { reading: { other: "4+5=", look: "lens" } },
    is: { ...all("full"), maps: "nothing" },
  },
  {
    what: "another place of the lens, which no map has",
    claim: { reading: { other: "4+5=", place: { stage: 1, position: 0 } } },
    is: all("full"),
  },
  {
    what: "another corrupted prompt",
    claim: { patch: { corrupted: "3+0=" } },
    is: { ...all("full"), patch: "nothing" },
  },
  {
    what: "another form",
    claim: { experiment: { ...FIRST_FORM, ablation: "mean" } },
    is: { ...all("full"), experiment: "nothing" },
  },
];

/** An older link names neither revision nor precision: it claims nothing of them. */
const OLDER: readonly Case[] = CASES.map(({ claim, ...each }) => {
  const { revision: _, dtype: __, ...rest } = claim ?? {};
  const isOfRevision = claim?.revision !== undefined || claim?.dtype !== undefined || each.model?.source !== undefined;
  return {
    ...each,
    what: `${each.what}, in an older link`,
    claim: { ...rest, revision: undefined, dtype: undefined } as never,
    is: isOfRevision && each.is.answer === "unlike" ? all("full") : each.is,
  };
});

describe.each(PROVENANCES)("a result %s", (provenance) => {
  describe.each(KINDS)("against what a link claims of its %s", (kind) => {
    test.each([...CASES, ...OLDER])("of $what", ({ claim, about, model, is }) => {
      const standing = standingOf(
        { ...CLAIM, ...claim },
        given({ provenance, about: { ...ABOUT, ...about, model: { ...MODEL, ...model } } }, kind),
      );
      const expected = provenance === "computed here" ? is[kind] : "nothing";
      expect(isFull(standing)).toBe(expected === "full");
      expect(standing.kind).toBe(expected === "nothing" ? "checks nothing" : "checks");
    });
  });
});

describe("what keeps a result from checking a claim is said", () => {
  const why = (standing: Standing) => (standing.kind === "checks nothing" ? standing.why : "");

  test.each([
    [given({ provenance: "from a file" }), CLAIM, "come from a file and were not computed on this page"],
    [given({ provenance: "recorded" }), CLAIM, "came with the page"],
    [given({ about: undefined }), CLAIM, "not known which model"],
    [given(), { ...CLAIM, model: "abacus" }, "about the model abacus, these numbers are of owner/model"],
    [given(), { ...CLAIM, prompt: "" }, "asks something else"],
  ])("%#", (result, claim, says) => {
    expect(why(standingOf(claim, result))).toContain(says);
  });

  test("a suite that no link can carry is nobody's", () => {
    const pasted = { ...FIRST_FORM, suite: "pasted", text: "3+5=,8\n".repeat(200) };
    const claim = { ...CLAIM, experiment: { ...pasted, text: "" } };
    expect(standingOf(claim, given({ asked: askedAs("experiment", pasted) })).kind).toBe("checks nothing");
  });

  test("weights that are others are named", () => {
    const claim = {
      ...CLAIM,
      dtype: "q4" as const,
      revision: OTHER_COMMIT,
      content: "ab12",
      adapter: "owner/lora@dev",
    };
    expect(standingOf(claim, given())).toMatchObject({
      kind: "checks",
      others: [
        { kind: "content", sentence: "another content under this name: the link is about ab12, here is cd34cd34cd34" },
        { kind: "revision", sentence: `the link is about the revision ${OTHER_COMMIT}, here is ${COMMIT}` },
        { kind: "precision", sentence: "the numbers were found in q4 and checked in q8" },
        { kind: "adapter", sentence: `the link is about the revision dev of the adapter, here is ${COMMIT}` },
      ],
    });
  });
});

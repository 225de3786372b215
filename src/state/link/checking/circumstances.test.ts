import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import type { Dtype } from "#model/checkpoint.ts";
import type { Variant } from "#protocol/engine.ts";
import { blame, discrepancies } from "./circumstances.ts";
import type { Named } from "./circumstances.ts";
import { shortContent } from "../finding.ts";
import type { SubjectModel } from "../../subject.ts";
import { verify } from "./verification.ts";

const content = (digit: string) => digit.repeat(64);

const RAN: SubjectModel = {
  id: "owner/name",
  revision: "c".repeat(40),
  name: "name",
  source: { kind: "hub", name: "owner/name", revision: "c".repeat(40), requested: "main" },
  content: content("1"),
  dtype: "q8",
  lora: { named: "owner/lora", label: "lora", source: { kind: "hub", name: "owner/lora" }, content: content("2") },
};

describe("a result", () => {
  test.each<[string, Named]>([
    ["nothing", {}],
    ["its content", { content: shortContent(content("1")) }],
    ["its commit", { revision: "c".repeat(40) }],
    ["the branch that it was asked for by", { revision: "main" }],
    ["its precision", { dtype: "q8" }],
    ["another adapter, of the base", { adapterContent: shortContent(content("3")) }],
  ])("is of what a link names that says %s", (_name, named) => {
    expect(discrepancies(named, RAN)).toEqual([]);
  });

  test.each<[Named, Variant, string]>([
    [
      { content: shortContent(content("9")) },
      "base",
      "another content under this name: the link is about 999999999999, here is 111111111111",
    ],
    [{ revision: "dev" }, "base", `the link is about the revision dev, here is ${"c".repeat(40)}`],
    [{ dtype: "f32" }, "base", "the numbers were found in f32 and checked in q8"],
    [
      { variant: "adapted", adapterContent: shortContent(content("3")) },
      "adapted",
      "another content of the adapter under this name: the link is about 333333333333, here is 222222222222",
    ],
    [{ variant: "adapted" }, "base", "the link is about the model with an adapter, here it ran without an adapter"],
    [{}, "adapted", "the link is about the model without an adapter, here it ran with an adapter"],
  ])("of %j in the variant %s is not: %s", (named, variant, sentence) => {
    expect(discrepancies(named, RAN, variant).map((each) => each.sentence)).toEqual([sentence]);
  });

  test("whose content nobody knows, as of recorded numbers, reproduces no content", () => {
    const { content: _, ...recorded } = RAN;
    expect(discrepancies({ content: shortContent(content("1")) }, recorded)).toHaveLength(1);
  });
});

/** The invariant over the product of what a link names and what ran: reproduced if and only if each named thing is what ran. */
test("equal numbers are reproduced exactly where all that the link names is what ran", () => {
  const digit = fc.constantFrom("1", "2", "3");
  const dtype = fc.constantFrom<Dtype>("q4", "q8", "f32");
  const revision = fc.constantFrom("main", "c".repeat(40), "d".repeat(40));
  const variant = fc.constantFrom<Variant>("base", "adapted");
  const named = fc.record({ content: digit, revision, dtype, adapterContent: digit, variant }, { requiredKeys: [] });
  const ran = fc.record({ content: digit, commit: revision, dtype, adapter: digit, variant });
  fc.assert(
    fc.property(named, ran, (link, here) => {
      const model: SubjectModel = {
        id: "owner/name",
        name: "name",
        revision: here.commit,
        content: content(here.content),
        dtype: here.dtype,
        lora: { named: "l", label: "l", source: { kind: "hub", name: "l" }, content: content(here.adapter) },
      };
      const claim: Named = {
        ...link,
        ...(link.content && { content: shortContent(content(link.content)) }),
        ...(link.adapterContent && { adapterContent: shortContent(content(link.adapterContent)) }),
      };
      const isSame =
        (link.content ?? here.content) === here.content &&
        (link.revision ?? here.commit) === here.commit &&
        (link.dtype ?? here.dtype) === here.dtype &&
        (link.variant ?? "base") === here.variant &&
        (here.variant === "base" || (link.adapterContent ?? here.adapter) === here.adapter);
      const { verdict } = verify({ baseline: -1 }, { baseline: -1 }, discrepancies(claim, model, here.variant));
      expect(verdict).toBe(isSame ? "reproduced" : "agrees");
    }),
    { numRuns: 2_000 },
  );
});

const NEAR = "This machine is not to blame: its graphics processor agrees with float64 to 3e-7.";

/** By how near to float64 the processors of both sides are: a tenth of what is allowed is above suspicion. */
test.each<[claimed: number | undefined, ran: Partial<SubjectModel>, said: string]>([
  [undefined, { backend: "webgpu", agreement: 3e-7 }, `${NEAR} The link does not say what its own machine proved.`],
  [
    2e-6,
    { backend: "webgpu", agreement: 3e-7 },
    `${NEAR} Nor is the link’s, whose own agreed to 2e-6: the finding is.`,
  ],
  [8e-4, { backend: "webgpu", agreement: 3e-7 }, `${NEAR} The link’s may be: its own agreed to 8e-4 only.`],
  [
    2e-6,
    { backend: "webgpu", agreement: 8e-4 },
    "This machine may be to blame: its graphics processor agrees with float64 to 8e-4 only. The same on WASM tells.",
  ],
  [
    2e-6,
    { backend: "wasm" },
    "This machine is not to blame: it ran on WASM, without a graphics processor. Nor is the link’s, whose own agreed to 2e-6: the finding is.",
  ],
  // of a result whose processor nobody asked nothing is known
  [2e-6, { backend: "webgpu" }, ""],
  [2e-6, {}, ""],
])("where a link of a processor at %s differs from a run at %o, blame is told", (claimed, ran, said) => {
  const named = claimed === undefined ? {} : { agreement: claimed };
  expect(blame(named, { ...RAN, ...ran })).toBe(said);
  const differs = verify({ baseline: -1 }, { baseline: -1.5 }, [], blame(named, { ...RAN, ...ran }));
  expect(differs.reason.endsWith(said)).toBe(true);
  // what was not measured is nobody's fault, and what agrees needs none
  for (const measured of [{}, { baseline: -1 }]) {
    expect(verify({ baseline: -1 }, measured, [], "Blame.").reason).not.toContain("Blame.");
  }
  const others = discrepancies({ dtype: "f32" }, RAN);
  const inAnother = verify({ baseline: -1 }, { baseline: -1.5 }, others, blame(named, { ...RAN, ...ran }));
  expect(inAnother.reason).toMatch(/Quantisation may explain it: the numbers were found in f32 and checked in q8\.$/);
});

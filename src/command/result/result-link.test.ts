import { describe, expect, test } from "vitest";
import { SHIPPED_CONTENTS } from "#model/shipped-models.ts";
import { writtenRequest } from "#protocol/written-request.ts";
import { decodeFinding } from "#state/link/permalink.ts";
import { FORGED } from "#test/forged-result.ts";
import { readDefinition, shippedModel } from "../package-files.ts";
import { linkedName, resultFragment } from "./result-link.ts";

const requestOf = (written: object) =>
  writtenRequest("experiment", written, {
    readDefinition: (name) => Promise.resolve(readDefinition(name)),
    readAdapter: (_, repo) => ({ name: String(repo), source: { kind: "hub", repo: String(repo) } }),
  });

const CONTENT = "ab".repeat(32);
const SHA256 = "0f".repeat(32);
const MODEL = {
  name: "abacus",
  id: "abacus",
  content: `sha256:${"513b4ada6c85".padEnd(64, "0")}`,
  dtype: "q8",
};

/** What a link says is asked; of the numbers those of a result that nobody computed. */
async function asked(written: object): Promise<string | undefined> {
  const request = await requestOf(written);
  const fragment = resultFragment({ ...FORGED, request } as typeof FORGED, MODEL);
  return fragment && /&ex=([^&]*)/.exec(fragment)?.[1];
}

describe("what the page's form asks as well is asked by a link", () => {
  test.each<[object, string]>([
    [{ kind: "heads", suite: "abacus-2d", count: 20 }, "heads"],
    [{ kind: "heads", suite: "abacus-1d" }, "heads;suite:abacus-1d;n:0"],
    [
      { kind: "heads", suite: "abacus-1d", count: 5, seed: 3, ablation: "mean", per: "answer", onlyCorrect: true },
      "heads;suite:abacus-1d;n:5;seed:3;per:answer;correct:1;off:mean",
    ],
    [{ kind: "heads", suite: { text: "3+5=,8" } }, "heads;suite:pasted;text:3%252B5%253D%252C8"],
    [{ kind: "bias", suite: "pronouns-abacus", count: 3 }, "bias;n:3"],
  ])("%j", async (written, form) => {
    expect(await asked(written)).toBe(form);
  });
});

describe("what it does not ask is asked by no link", () => {
  test.each<[object]>([
    [{ kind: "heads", suite: { ...readDefinition("abacus-1d")!, name: "own" } }],
    // another suite by the name of one that comes with the page
    [{ kind: "heads", suite: { ...readDefinition("abacus-1d")!, name: "abacus-2d" } }],
    [{ kind: "heads", suite: { text: "3+5=,8\n".repeat(200) } }],
    [{ kind: "bias", suite: "pronouns-abacus", count: 3, draws: 1 }],
  ])("%j", async (written) => {
    expect(await asked(written)).toBeUndefined();
  });
});

test("a link names the model by its content, claims the numbers that tell most, and says where the whole result lies", () => {
  const named = { address: "https://example.org/a b.json", sha256: SHA256 };
  const { finding, notices } = decodeFinding(resultFragment(FORGED, MODEL, named)!);
  expect(notices).toEqual([]);
  expect(finding).toMatchObject({
    model: "abacus",
    content: "513b4ada6c85",
    dtype: "q8",
    view: "experiments",
    experiment: { kind: "heads", suite: "pasted", text: "3+5=,8" },
    result: named,
    expected: {
      experiment: [
        { name: "accuracy", value: 0.123 },
        { name: "L0H0", value: 0.123 },
      ],
    },
  });
});

test("a result that the page cannot ask for is named, and nothing is claimed of it", async () => {
  const request = await requestOf({ kind: "bias", suite: "pronouns-abacus", count: 3, draws: 1 });
  const named = { address: "https://example.org/result.json", sha256: SHA256 };
  const fragment = resultFragment({ ...FORGED, request } as never, MODEL, named);
  expect(fragment).toBe(
    `v=1&m=abacus&h=513b4ada6c85&d=q8&view=experiments&ef=${SHA256}@https://example.org/result.json`,
  );
});

test.each<[string, Parameters<typeof linkedName>[0], object]>([
  [
    "one that comes with the package",
    { source: { kind: "folder", path: shippedModel("abacus") }, name: "abacus", content: SHIPPED_CONTENTS.abacus },
    { id: "abacus" },
  ],
  [
    "a copy of one in another folder, or on another machine,",
    { source: { kind: "folder", path: "/data/copy" }, name: "copy", content: SHIPPED_CONTENTS["abacus-2"] },
    { id: "abacus-2" },
  ],
  [
    "what was changed in the folder of one",
    { source: { kind: "folder", path: shippedModel("abacus") }, name: "abacus", content: CONTENT },
    { id: "folder:abacus" },
  ],
  [
    "a folder",
    { source: { kind: "folder", path: "/models/llama" }, name: "llama", content: CONTENT },
    { id: "folder:llama" },
  ],
  [
    "a repository at its commit",
    {
      source: { kind: "hub", repo: "owner/name", revision: "main" },
      name: "name",
      revision: "f".repeat(40),
      content: CONTENT,
    },
    { id: "owner/name", revision: "f".repeat(40) },
  ],
  [
    "an address",
    { source: { kind: "url", base: "https://example.org/m/" }, name: "m", content: CONTENT },
    { id: "https://example.org/m/" },
  ],
])("a link calls %s as the page does", (_, loaded, name) => {
  expect(linkedName(loaded)).toEqual(name);
});

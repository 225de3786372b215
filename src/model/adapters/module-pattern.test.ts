import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { modulePattern } from "./module-pattern.ts";

test.each([
  ["q_proj", "q_proj", true],
  ["q_proj", "model.q_proj", false],
  [".*q_proj", "model.layers.0.self_attn.q_proj", true],
  ["(?:.*\\.)?(?:q_proj)", "q_proj", true],
  [".*\\.layers\\.(?:1[0-9]|2[0-7])\\..*", "model.layers.27.mlp.up_proj", true],
  [".*\\.layers\\.(?:1[0-9]|2[0-7])\\..*", "model.layers.28.mlp.up_proj", false],
  [".*layers\\.\\d{1,2}\\..*proj", "model.layers.7.mlp.up_proj", true],
  [".*layers\\.\\d{2}\\..*proj", "model.layers.7.mlp.up_proj", false],
  ["[^.]+\\.h\\.[02]\\.attn\\.c_attn", "transformer.h.2.attn.c_attn", true],
  ["[^.]+\\.h\\.[02]\\.attn\\.c_attn", "transformer.h.1.attn.c_attn", false],
  ["^model.*?(k|o)_proj$", "model.layers.0.self_attn.o_proj", true],
  ["a{2,}", "aaaa", true],
  ["a{2,}", "a", false],
  ["", "", true],
  // as Unsloth writes them
  [
    "(?:\\bmodel\\.layers\\.[\\d]{1,}\\.(?:self_attn|mlp)\\.(?:(?:q_proj|up_proj)))",
    "model.layers.3.mlp.up_proj",
    true,
  ],
  [
    "(?:\\bmodel\\.layers\\.[\\d]{1,}\\.(?:self_attn|mlp)\\.(?:(?:q_proj|up_proj)))",
    "model.layers.3.mlp.down_proj",
    false,
  ],
  [".*\\bq", "model.xq", false],
  [".*\\Bq", "model.xq", true],
  ["(ab){3}", "ababab", true],
  ["(ab){3}", "abab", false],
  ["(?P<side>ab){,2}", "abab", true],
  ["(?P<side>ab){,2}", "ababab", false],
  ["a{,}", "a{,}", true],
])("%s on %s", (pattern, name, fits) => {
  expect(modulePattern(pattern)(name)).toBe(fits);
});

test("agrees with the runtime's own expressions on random patterns and names", () => {
  const piece = fc.constantFrom("a", "b", ".", "\\.", "[ab]", "[^a]", "(?:a|b.)", "(ab)", "\\w", "\\d");
  const repeated = fc.tuple(piece, fc.constantFrom("", "*", "+", "?", "*?", "{2}", "{1,3}", "{2,}?", "\\b", "\\B"));
  const pattern = fc
    .array(
      fc.array(repeated, { maxLength: 5 }).map((pieces) => pieces.flat().join("")),
      { minLength: 1, maxLength: 3 },
    )
    .map((ways) => ways.join("|"));
  const name = fc.string({ unit: fc.constantFrom("a", "b", "c", ".", "1"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, name, (source, text) => {
      expect(modulePattern(source)(text)).toBe(new RegExp(`^(?:${source})$`).test(text));
    }),
    { numRuns: 2_000 },
  );
});

test("a pattern that makes others try for years is through at once", () => {
  expect(modulePattern("(a+)+b")("a".repeat(60))).toBe(false);
  expect(modulePattern("((((.*)*)*)*)*x")("a".repeat(60))).toBe(false);
});

test.each([
  ["(a", "a ( without its ) before character 3"],
  ["a)", "a ) without its ( before character 2"],
  ["[a", "a [ without its ]"],
  ["(?=a)", "a group with a question mark other than (?:"],
  ["*a", "a repetition of nothing"],
  ["(?!a)b", "a group with a question mark other than (?:"],
  ["(a)\\1", "\\1 before character 6"],
  ["a++", "a repetition that gives nothing back"],
  ["a{3,2}", "a repetition from more to fewer"],
  [`${"(".repeat(950)}a${")".repeat(950)}`, "groups 51 deep, 50 are read,"],
  ["a{10000}", "its patterns take more than 5000 steps to read"],
  ["(){9999999999}", "its patterns take more than 5000 steps to read"],
  ["((((a{50}){50}){50}){50}){50}", "its patterns take more than 5000 steps to read"],
])("refuses %s by what stands there", (pattern, found) => {
  expect(() => modulePattern(pattern)).toThrow(
    expect.objectContaining({ code: "bad-config", message: expect.stringContaining(found) }),
  );
});

test("refuses what is longer than anybody writes", () => {
  expect(() => modulePattern("a".repeat(2_001))).toThrow(
    "adapter_config.json: a pattern has 2001 characters; at most 2000 are read",
  );
});

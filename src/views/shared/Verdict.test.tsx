import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { compared, verdictOf } from "#state/link/checking/verification.ts";
import type { CheckedNumber } from "#state/link/checking/verification.ts";
import { Verdict } from "./Verdict.tsx";

const SAME = compared("effect of L3H1", 2, 2);
const OTHER = compared("effect of L3H1", 2, 1);
/** None of the chain's parts here, which speaks against the claim. */
const ABSENT = compared("effect of L9H0", 3, Number.NaN);
/** The run was not asked for it. */
const UNASKED = compared("change of L1N2", 0.3, undefined);

test.each<[string, readonly CheckedNumber[], string]>([
  ["the same", SAME, "✓ reproduced on this machine, largest difference"],
  ["another number", OTHER, "≠ differs on this machine, largest difference 1.0"],
  ["none that was found", ABSENT, "≠ differs on this machine"],
  ["none that was found, beside the same", [...SAME, ...ABSENT], "≠ differs on this machine"],
  ["none that was found, beside one that was not measured", [...ABSENT, ...UNASKED], "≠ differs on this machine"],
  ["none that was measured", UNASKED, "≈ not checked on this machine"],
  ["one that was not measured", [...SAME, ...UNASKED], "≈ what could be checked is reproduced on this machine"],
])("%s: the panel says what the band says", (_what, rows, said) => {
  const page = renderToStaticMarkup(<Verdict claims="" check={verdictOf(rows, [])} />);
  const text = page.replaceAll(/<[^>]*>/g, "");
  expect(text.slice(0, said.length)).toBe(said);
});

test("what was not found is told from what was not measured", () => {
  expect(verdictOf([...ABSENT, ...UNASKED], []).reason).toBe(
    "Not found here: effect of L9H0. Not measured here: change of L1N2.",
  );
});

import { describe, expect, test } from "vitest";
import { closeness, compared } from "#state/link/checking/verification.ts";
import type { WholeCheck } from "#state/link/checking/whole-check.ts";
import { verdictDetail, verdictHead } from "./verdict-words.ts";

const RAN = { id: "abacus", name: "abacus", dtype: "q8", backend: "wasm" } as const;
const check = (change: Partial<WholeCheck>): WholeCheck => ({
  verdict: "reproduced",
  soFar: change.verdict === "open" ? "reproduced" : (change.verdict ?? "reproduced"),
  checked: ["answer"],
  open: [],
  of: {},
  claimed: 1,
  unread: 0,
  unreadAsked: 0,
  count: 1,
  closest: undefined,
  reason: "",
  ...change,
});
const rows = [
  ...compared("log p(target)", -0.5, -0.50002),
  ...compared("log p(target) with the interventions", -7.98, -7.9796),
  ...compared("probability", 0.0004, 0.0004, "share"),
];

describe("the line on what came of a link", () => {
  test.each<[Partial<WholeCheck>, string]>([
    [{}, "Reproduced on this machine"],
    [{ verdict: "differs" }, "Differs on this machine"],
    [{ verdict: "agrees" }, "The numbers agree, but were not computed on what the link is about"],
    [{ verdict: "partly" }, "What could be checked is reproduced on this machine"],
    [{ verdict: "open", checked: [], open: ["chain"] }, "Not checked on this machine yet"],
    [
      { verdict: "partly", soFar: "reproduced", claimed: 4, unread: 1 },
      "What could be read is reproduced on this machine; 1 of the link’s 4 claims could not be read",
    ],
    [
      { verdict: "partly", soFar: "partly", claimed: 4, unread: 2 },
      "What could be checked is reproduced on this machine; 2 of the link’s 4 claims could not be read",
    ],
    [
      { verdict: "partly", soFar: "partly", unreadAsked: 1 },
      "What could be checked is reproduced on this machine; a part of what the link asks could not be read",
    ],
    [{ verdict: "partly", soFar: "partly", count: 0 }, "None of the link’s numbers could be checked on this machine"],
    [
      { verdict: "differs", claimed: 4, unread: 1 },
      "Differs on this machine; 1 of the link’s 4 claims could not be read",
    ],
    [
      { verdict: "open", checked: [], open: ["chain"], claimed: 2, unread: 1 },
      "Not checked on this machine yet; 1 of the link’s 2 claims could not be read",
    ],
    [
      { verdict: "nothing claimed", soFar: undefined, checked: [], claimed: 1, unread: 1 },
      "The link’s only claim could not be read",
    ],
    [
      { verdict: "nothing claimed", soFar: undefined, checked: [], claimed: 3, unread: 3 },
      "None of the link’s 3 claims could be read",
    ],
    [
      { verdict: "open", soFar: "agrees", open: ["chain"] },
      "The answer’s numbers agree, but were not computed on what the link is about; the chain’s numbers are not checked yet",
    ],
    [
      { verdict: "open", soFar: "partly", checked: ["chain"], open: ["answer"] },
      "The chain’s numbers are reproduced as far as they could be checked; the answer’s numbers are not checked yet",
    ],
    [
      { verdict: "open", open: ["experiment", "chain"] },
      "The answer’s numbers are reproduced; the experiment’s numbers and the chain’s numbers are not checked yet",
    ],
  ])("%j", (change, text) => {
    expect(verdictHead(check(change))).toBe(text);
  });

  test("says how closely, by the number that takes most of its tolerance, and on what", () => {
    expect(verdictDetail(check({ count: 3, closest: closeness(rows) }), RAN)).toBe(
      // 0.0004 of 1e-3 and half of the link's last digit
      "3 numbers of the answer were computed anew: the largest difference is 0.00040 nats, of 0.001 nats that rounding may make. Computed by abacus in q8 on WASM.",
    );
  });

  test("of one number that is the same, and of counts alone", () => {
    const closest = closeness(compared("log p(target)", -0.5, -0.5));
    expect(verdictDetail(check({ closest }), RAN)).toMatch(
      /^One number of the answer was computed anew: the largest difference is below 0\.0001 nats, of 0\.001 nats/,
    );
    const stages = { count: 2, closest: closeness(compared("stages", 4, 4, "none")) };
    expect(verdictDetail(check({ ...stages, checked: ["answer", "chain"] }), RAN)).toMatch(
      /^2 numbers were computed anew, and the same\. /,
    );
  });

  test("names the graphics processor, and how near to float64 it is", () => {
    const gpu = { ...RAN, backend: "webgpu", gpu: "Apple M3", agreement: 3e-7 } as const;
    expect(verdictDetail(check({ closest: closeness(rows) }), gpu)).toContain(
      "Computed by abacus in q8 on WebGPU (Apple M3), which agrees with float64 to 3e-7.",
    );
  });

  test("gives the reason where it is no reproduction, and nothing where nothing was computed", () => {
    const other = "It is no reproduction: the link is of another content.";
    expect(verdictDetail(check({ verdict: "open", soFar: "agrees", open: ["chain"], reason: other }), RAN)).toBe(
      `${other} Computed by abacus in q8 on WASM.`,
    );
    const reason = "The largest difference is 1.5 nats; 0.001 are allowed.";
    expect(verdictDetail(check({ verdict: "differs", reason }), RAN)).toBe(
      `${reason} Computed by abacus in q8 on WASM.`,
    );
    expect(verdictDetail(check({ count: 0, verdict: "open", checked: [], open: ["answer"] }), RAN)).toBeUndefined();
  });
});

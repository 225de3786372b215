import "#state/experiments/behind-door.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { experimentForm } from "#state/experiments/form/form.ts";
import { experiments } from "#state/experiments/slots.ts";
import type { ExperimentOrigin } from "#state/experiments/slots.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { subjectNow } from "#state/subject.ts";
import { changeModel } from "#state/model/load-offer.ts";
import { sharedFinding } from "#state/link/shared-link.ts";
import { showTab } from "#state/view.ts";
import { STAMP, choice, exportingPage, read, settle } from "#test/exporting-page.ts";
import type { Row } from "#test/exporting-page.ts";
import { drawnExperiment, resultFile, withRowFacts } from "./experiment-export.ts";
import { jsonFile, svgFile } from "../../exports/files.ts";

const FORM = experimentForm.getInitialState();
const estimate = { value: 0.9, low: 0.8, high: 1 };
const result = {
  kind: "heads",
  request: { kind: "heads", seed: 1, suite: { kind: "pasted", text: "3+5=,8" } },
  suite: { cases: 1 },
  steps: 1,
  stepsInAll: 1,
  found: { groups: [], all: { accuracy: estimate, logProbability: estimate }, heads: [] },
} as unknown as ExperimentResult;
const shown = {
  name: "head-table",
  result,
  figure: () => ({ width: 10, height: 10, marks: [] }),
  title: "Heads × operations",
  sentence: () => "L0H1 costs most.",
  table: () => ({ header: ["head", "drop"], rows: [["L0H1", -0.5]] }),
};
const show = (from: ExperimentOrigin | undefined) => {
  const slot = {
    value: result,
    from,
    saved: undefined,
    plan: undefined,
    ran: from?.form,
    status: "done",
    progress: undefined,
  } as const;
  experiments.setState({ heads: slot });
};
const origin = (): ExperimentOrigin => ({ about: subjectNow()!, form: { ...FORM, seed: 1 } });

let page: Awaited<ReturnType<typeof exportingPage>>;

beforeEach(async () => {
  page = await exportingPage();
  showTab("experiments");
  experimentForm.setState({ ...FORM, seed: 1 });
});
afterEach(() => page.end());

test("an experiment keeps the model and the form that it was run with", async () => {
  const from = origin();
  show(from);
  experimentForm.setState({ seed: 2 });
  page.engine.held.add("load");
  void changeModel(choice("other"));
  await settle();
  const { facts, title, finding } = read(drawnExperiment(shown, { from, saved: undefined }, false));
  expect(title).toBe("Heads × operations, in abacus");
  expect([(facts["model"] as Row)["id"], facts["seed"], facts["suite"]]).toEqual(["abacus", 1, "pasted"]);
  expect([finding.model, finding.experiment?.seed, finding.expected.experiment]).toEqual([
    "abacus",
    1,
    [{ name: "accuracy", value: 0.9 }],
  ]);
  const rows = withRowFacts(drawnExperiment(shown, { from, saved: undefined }, false), result, () => STAMP);
  expect(read(rows).rows[0]).toMatchObject({ head: "L0H1", model: "abacus", dtype: "q8", link: facts["link"] });
  const saved = JSON.parse(
    resultFile(drawnExperiment(shown, { from, saved: undefined }, false), result, STAMP).content,
  ) as Row;
  expect(saved["model"]).toEqual(facts["model"]);
});

test("an experiment is what Copy link is of, where the form asks for another one by now", () => {
  show(origin());
  expect(sharedFinding()).toMatchObject({
    isEarlier: false,
    finding: { expected: { experiment: [{ value: 0.9 }] } },
  });
  experimentForm.setState({ seed: 2 });
  const { isEarlier, finding } = sharedFinding()!;
  expect([isEarlier, finding.experiment?.seed, finding.expected.experiment]).toEqual([
    true,
    1,
    [{ name: "accuracy", value: 0.9 }],
  ]);
});

test("one from a file is not called this model’s, and lends its numbers to no link", () => {
  show(undefined);
  const saved = { model: { name: "elsewhere", dtype: "f32" }, link: "https://a.example/#v=1", finding: undefined };
  const drawn = drawnExperiment(shown, { from: undefined, saved }, false);
  const facts = JSON.parse(jsonFile(drawn, STAMP).content) as Row;
  expect([facts["model"], facts["link"], facts["title"]]).toEqual([
    { name: "elsewhere", dtype: "f32" },
    "https://a.example/#v=1",
    "Heads × operations",
  ]);
  expect(facts["origin"]).toBe("a file that was opened; its numbers were not computed here");
  expect(svgFile(drawn, STAMP)!.content).toContain("From a file, which says that it is of the model elsewhere.");
  expect(read(withRowFacts(drawn, result, () => STAMP)).rows[0]).toMatchObject({
    model: "elsewhere",
    dtype: "f32",
    link: "https://a.example/#v=1",
    from: "a file",
  });
  expect(sharedFinding()!.finding.expected.experiment).toBeUndefined();
});

import { beforeEach, describe, expect, test } from "vitest";
import type { ModelInfo } from "#protocol/engine.ts";
import { FORGED, FORGED_FILE as FILE } from "#test/forged-result.ts";
import "./behind-door.ts";
import { checkExperiment } from "./claims.ts";
import { currentFinding } from "../link/claims.ts";
import { opened } from "../link/opened.ts";
import { model } from "../model/model.ts";
import { notices } from "../notices.ts";
import { decodeFinding } from "../link/permalink.ts";
import { subjectNow } from "../subject.ts";
import { showTab } from "../view.ts";
import { finishedTables } from "./finished-tables.ts";
import { editExperiment, experimentForm, FIRST_FORM } from "./form/form.ts";
import { experiments } from "./slots.ts";
import { openResultFile } from "./runs.ts";
import type { ExperimentSlot } from "./slots.ts";

const LINK = "#v=1&m=abacus&d=q8&p=3%2B5=&view=experiments&ex=heads;suite:abacus-1d;n:2&er=accuracy:0.123";
const open = (file: unknown) => openResultFile(new File([JSON.stringify(file)], "result.json"));
const slot = () => experiments.getState().heads;

beforeEach(() => {
  experiments.setState(experiments.getInitialState(), true);
  experimentForm.setState(FIRST_FORM);
  model.setState({
    choice: { id: "abacus", source: { kind: "url", base: "https://example.org/abacus/" } },
    dtype: "q8",
    status: { kind: "ready" },
    info: {
      name: "abacus",
      source: { kind: "url", name: "https://example.org/abacus/" },
      dtype: "q8",
      backend: "wasm",
      adapter: "",
      content: "cd34".repeat(16),
    } as ModelInfo,
  });
  const { finding } = decodeFinding(LINK.slice(1));
  opened.setState({ finding });
  editExperiment(finding.experiment!);
  showTab("experiments");
});

/** What this page would have computed, with the same numbers. */
const computed = (): ExperimentSlot => ({
  ...slot(),
  value: FORGED,
  from: { about: subjectNow()!, form: experimentForm.getState() },
  saved: undefined,
  status: "done",
});

/** A verdict, or why there is none. */
function verdict(of: ExperimentSlot): string | undefined {
  const check = checkExperiment(opened.getState().finding!, of);
  return typeof check === "object" ? check.verdict : check;
}

/** What the address bar goes on claiming of the experiment. */
const carried = () => currentFinding(false)!.expected.experiment;

describe("a result that was opened from a file beside a link", () => {
  test("checks nothing, whatever its numbers", async () => {
    await open(FILE);
    expect(verdict(slot())).toBe(
      "These numbers come from a file and were not computed on this page: they check nothing of the link.",
    );
    // the same numbers, computed here, do
    expect(verdict(computed())).toBe("reproduced");
  });

  test("keeps the model and the link that the file has", async () => {
    await open(FILE);
    expect(slot().saved).toEqual({ model: FILE.model, link: FILE.link, finding: FILE.finding });
  });

  test("is claimed by no link", async () => {
    opened.setState({ finding: undefined });
    await open(FILE);
    expect(currentFinding(true)!.expected.experiment).toBeUndefined();
  });

  test("is not compared with tables of this page", async () => {
    await open(FILE);
    expect(finishedTables.getState().list).toEqual([]);
  });

  test("is no longer one once this page has computed", async () => {
    await open(FILE);
    experiments.setState({ heads: computed() });
    expect(verdict(slot())).toBe("reproduced");
  });

  test("that cannot be used costs nothing of what is shown", async () => {
    experiments.setState({ heads: computed() });
    const before = slot();
    await open({ experiment: { ...FORGED, found: { groups: [1], heads: [1] } } });
    expect(slot()).toBe(before);
    expect(notices.getState().list[0]).toMatchObject({ about: "experiment file" });
  });
});

describe("what an experiment of this page says to a link", () => {
  test("of another precision: that it agrees, not that it is reproduced", () => {
    opened.setState({ finding: { ...opened.getState().finding!, dtype: "f32" } });
    expect(verdict(computed())).toBe("agrees");
    // and the address does not say that the link's numbers are of this precision
    expect(carried()).toBeUndefined();
  });

  test("of another model: nothing", () => {
    opened.setState({ finding: { ...opened.getState().finding!, model: "abacus-2" } });
    expect(verdict(computed())).toBe(
      "The link is about the model abacus-2, these numbers are of abacus: they check nothing of it.",
    );
    expect(carried()).toBeUndefined();
  });

  test("of another form: nothing, also while the form is changed after the run", () => {
    const ran = computed();
    editExperiment({ seed: 2 });
    expect(verdict(ran)).toBe("reproduced");
    expect(verdict(computed())).toBe("The link asks something else: these numbers check nothing of it.");
  });
});

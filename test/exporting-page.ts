import { expect, vi } from "vitest";
import { opened } from "#state/link/opened.ts";
import { DEFAULT_CHAIN, DEFAULT_READING, LOOKS } from "#state/link/finding.ts";
import type { Finding } from "#state/link/finding.ts";
import { drawPlot, measureGroup, readWiring, searchConcepts } from "#state/lab/actions.ts";
import { forms } from "#state/lab/forms.ts";
import { clearLab, start } from "#state/lab/tools.ts";
import { model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { notices } from "#state/notices.ts";
import { decodeFinding } from "#state/link/permalink.ts";
import { question, togglePart } from "#state/question.ts";
import { drawPatches } from "#state/lab/patching.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import { clearResults } from "#state/run/results.ts";
import { forgetRuns } from "#state/run/runner.ts";
import "#state/run/later-demands.ts";
import { followQuestions } from "#state/run/session.ts";
import { DEFAULT_SORT, select, setReading, showTab, view } from "#state/view.ts";
import type { Drawn, Stamp } from "#views/exports/drawn.ts";
import { jsonFile } from "#views/exports/files.ts";
import { exportingEngine, infoOf } from "./exporting-engine.ts";
import type { Asked } from "./exporting-engine.ts";

/** The model that the page loads under this name. */
export const choice = (id: string): ModelChoice => ({ id, source: { kind: "url", base: `http://here/models/${id}/` } });
export const PROMPT = "3+5=";
/** The head that is ablated. */
export const OFF = { kind: "head", at: { layer: 0, head: 0 } } as const;
export const STAMP: Stamp = { version: "9.9.9", date: new Date("2026-11-29T06:00:00Z"), address: "http://here/page/" };

export const settle = () => vi.advanceTimersByTimeAsync(1_000);

/** A page with a model and its engine, on which every figure and table has its numbers; time stands still but for `settle`. */
export async function exportingPage(): Promise<{ readonly engine: ExportingEngine; readonly end: () => void }> {
  vi.useFakeTimers();
  clearResults();
  forgetRuns();
  clearResults();
  clearLab();
  notices.setState({ list: [] });
  opened.setState({ finding: undefined });
  question.setState({ prompt: PROMPT, target: undefined, interventions: [], ablationSource: undefined, past: [] });
  view.setState({ tab: "heads", selected: undefined, hovered: undefined, sort: DEFAULT_SORT, chain: DEFAULT_CHAIN });
  view.setState({ reading: DEFAULT_READING });
  const engine = exportingEngine();
  connectEngine(engine.engine);
  const info = infoOf("abacus", "q8");
  model.setState({ choice: choice("abacus"), dtype: "q8", backend: "auto", status: { kind: "ready" }, info });
  const unfollow = followQuestions();
  await lookAtEverything();
  return {
    engine,
    end() {
      unfollow();
      vi.useRealTimers();
    },
  };
}

type ExportingEngine = ReturnType<typeof exportingEngine>;

/** With a part ablated: every figure and table of the page has its numbers. */
async function lookAtEverything(): Promise<void> {
  // while nothing is ablated yet
  showTab("neurons");
  await settle();
  togglePart(OFF);
  await settle();
  select({ kind: "head", at: { layer: 0, head: 1 } });
  await settle();
  select({ kind: "neuron", at: { layer: 1, neuron: 2 } });
  await settle();
  for (const tab of ["chain", "neurons", "heads"] as const) {
    showTab(tab);
    await settle();
  }
  for (const look of LOOKS) {
    setReading({ look, isUnder: true });
    await settle();
  }
  setReading({ look: "effect" });
  await settle();
  forms.setState((state) => ({ plot: { ...state.plot, quantity: "activation", part: "L1N2", to: 0 } }));
  drawPlot();
  searchConcepts();
  measureGroup([{ layer: 1, neuron: 2 }], "1 neuron of the comparison");
  readWiring({ layer: 1, neuron: 2 });
  drawPatches();
  await start("tokens", async (client, { signal }) => {
    const asked = { count: 30, by: "logit", end: "promotes" } as const;
    return { asked, found: await client.searchNeurons(8, asked, { signal }) };
  });
  await settle();
}

/** A record of a JSON export. */
export type Row = Record<string, string | number | null>;

export interface Read {
  readonly name: string;
  readonly title: string;
  readonly facts: Record<string, unknown>;
  readonly rows: readonly Row[];
  /** What the file's own link asks. */
  readonly finding: Finding;
  readonly asked: Asked;
}

/** A JSON export as its reader has it. */
export function read(drawn: Drawn): Read {
  const { rows, ...facts } = JSON.parse(jsonFile(drawn, STAMP).content) as Record<string, unknown> & { rows: Row[] };
  const link = String(facts["link"]);
  const { finding, notices: wrong } = decodeFinding(link.slice(link.indexOf("#")));
  expect(wrong).toEqual([]);
  const { model: of, dtype = "", prompt, interventions, ablationSource } = finding;
  const asked = { model: of, dtype, prompt, interventions, ablationSource };
  return { name: drawn.name, title: String(facts["title"]), facts, rows, finding, asked };
}

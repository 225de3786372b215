import { checkHead, checkNeuron, parseHead, parseNeuron } from "#model/ids.ts";
import type { Engine } from "#client/engine.ts";
import type { NeuronId } from "#model/ids.ts";
import type { Asked } from "#protocol/calls.ts";
import type { PlotQuantity, DrawnPlot, MeasuredGroup } from "./tools.ts";
import { adapter, isVariantThere } from "../model/adapter.ts";
import { mostImportantHead } from "../effects.ts";
import { isSameModel, model, exampleParts } from "../model/model.ts";
import { asFault, notify } from "../notices.ts";
import { changesOf, question, choosePrompt, ablationSourceOf, variantOf } from "../question.ts";
import type { Part } from "../question.ts";
import { results } from "../run/results.ts";
import { subjectNow } from "../subject.ts";
import { asksTheSame } from "../link/checking/asks-the-same.ts";
import type { Finding } from "../link/finding.ts";
import { opened } from "../link/opened.ts";
import { isFramed } from "../serving/embedded.ts";
import { view } from "../view.ts";
import { DEFAULT_PLOT, forms } from "./forms.ts";
import { isSamePlot } from "./plot-form.ts";
import { clearLab, forgetAdapted, lab, start, stopLab, swapLab } from "./tools.ts";
import { following } from "../requests/requests.ts";
import type { Reports } from "../requests/requests.ts";

/** Neurons that a search lists. */
const LISTED = 30;
/** Neurons that a concept search gives, so that they can be ablated together. */
const MAX_SET = 10_000;

/** Another model takes everything along; the lab's tab starts the index. @returns what ends it */
export function followLab(): () => void {
  const ends = [
    model.subscribe((now, last) => {
      if (isSameModel(now.info, last.info)) {
        if (now.info !== last.info) stopLab();
      } else clearLab();
      want();
    }),
    question.subscribe(({ variant: to = "base" }, { variant: from = "base" }) => {
      if (to === from) return;
      swapLab();
      want();
    }),
    adapter.subscribe(({ status: now }, { status: last }) => {
      if (last.kind === "attached" && now !== last) forgetAdapted(question.getState().variant ?? "base");
      want();
    }),
    view.subscribe((now, last) => {
      if (now.tab !== last.tab) want();
    }),
    opened.subscribe(wantPlot),
    forms.subscribe(wantPlot),
  ];
  want();
  return () => ends.forEach((end) => end());
}

/** What the lab asks by itself once somebody looks at it. */
function want(): void {
  wantPlot();
  wantIndex();
}

/** Whether somebody looks at the lab, and the variant that is asked for is there. */
function isLookedAt(): boolean {
  return view.getState().tab === "lab" && model.getState().status.kind === "ready" && isVariantThere();
}

/** Has the index built, behind everything else that is asked; a frame has no search that it is for. */
function wantIndex(): void {
  if (isLookedAt() && !isFramed() && lab.getState().index.status === "idle") buildIndex();
}

/** The link whose plot was asked for: once, whatever came of it. */
let plotted: Finding | undefined;

/** Draws a link's plot once it is looked at. */
function wantPlot(): void {
  const { finding } = opened.getState();
  if (!finding?.plot || finding === plotted || !isLookedAt()) return;
  if (!asksTheSame(finding, question.getState(), model.getState().choice?.id)) return;
  // a link is opened piece by piece: its fields may still be those of the one before
  if (!isSamePlot(forms.getState().plot, { ...DEFAULT_PLOT, ...finding.plot })) return;
  plotted = finding;
  const complaint = drawPlot();
  if (complaint !== undefined) notify("link", `The link’s plot: ${complaint}`, "bad-request");
}

export function buildIndex(): void {
  void start("index", (engine, reports) => engine.buildIndex(shownVariant(), following(reports)));
}

/** The variant that the page shows, which whatever is asked here is asked of. */
const shownVariant = () => variantOf(question.getState());

/** The part that a plot is about when none is typed: the selected one, else what weighs most. */
export function suggestedPart(kind: Part["kind"]): string {
  const { selected } = view.getState();
  const { sweep, comparison, topNeurons } = results.getState();
  if (selected?.kind === kind) return partText(selected);
  if (kind === "head") {
    const head = sweep.value && mostImportantHead(sweep.value);
    return head ? partText({ kind: "head", at: head.at }) : exampleParts().head;
  }
  const first = (comparison.value ?? topNeurons.value)?.rows[0];
  return first ? partText({ kind: "neuron", at: { layer: first.layer, neuron: first.neuron } }) : exampleParts().neuron;
}

const partText = (part: Part) =>
  part.kind === "head" ? `L${part.at.layer}H${part.at.head}` : `L${part.at.layer}N${part.at.neuron}`;

/** Draws what the form says, on top of what is ablated. @returns what is wrong with the part that was typed */
export function drawPlot(): string | undefined {
  const { plot } = forms.getState();
  const quantity = readQuantity();
  if ("complaint" in quantity) return quantity.complaint;
  const operands = { from: 0, to: plot.to };
  const asked: Asked<"operandPlot"> = {
    template: plot.template,
    operation: plot.operation,
    a: operands,
    b: operands,
    quantity,
    ...changesOf(question.getState()),
    ...shownVariant(),
  };
  const weights = subjectNow();
  const { interventions, ablationSource } = question.getState();
  const about = weights && { ...weights, interventions, ablationSource };
  const ask = async (engine: Engine, { signal, partial, progress }: Reports<DrawnPlot>): Promise<DrawnPlot> => {
    const whole = await engine.operandPlot(asked, {
      signal,
      onProgress: ({ done, total, values }) => {
        partial({ asked, values, whole: undefined });
        progress({ done, total });
      },
    });
    return { asked, values: whole.values, whole };
  };
  void start("plot", ask, about);
  return undefined;
}

/** What is plotted, or what is wrong with the part that was typed. */
function readQuantity(): PlotQuantity | { readonly complaint: string } {
  const { quantity, part } = forms.getState().plot;
  if (quantity === "probability" || quantity === "logProbability") return { kind: quantity };
  const kind = quantity === "head" ? "head" : "neuron";
  const text = part.trim() || suggestedPart(kind);
  const { info } = model.getState();
  try {
    if (kind === "head") {
      const at = parseHead(text);
      if (at) return { kind: "head", at: info ? checkHead(at, info) : at };
    } else {
      const at = parseNeuron(text);
      if (at) return { kind: "activation", at: info ? checkNeuron(at, info) : at };
    }
  } catch (reason) {
    return { complaint: asFault(reason).message };
  }
  return { complaint: `“${text}” is no ${kind}; write ${exampleParts()[kind]}.` };
}

/** A plot's cell as the page's prompt. */
export const promptOf = ({ template }: Pick<Asked<"operandPlot">, "template">, a: number, b: number) =>
  template.replaceAll("{a}", String(a)).replaceAll("{b}", String(b));

export const openCell = (asked: Asked<"operandPlot">, a: number, b: number) => choosePrompt(promptOf(asked, a, b));

export async function searchToken(): Promise<void> {
  const { token: text, by, end } = forms.getState().search;
  await start("tokens", async (engine, reports) => {
    const asked = { count: LISTED, by, end, ...shownVariant() };
    return { asked, found: await engine.searchNeurons(text, asked, following(reports)) };
  });
}

export function searchConcepts(): void {
  const words = forms
    .getState()
    .concepts.words.split(/\s+/)
    .filter((word) => word !== "");
  // all that say anything, so that another threshold needs no other search
  void start("concepts", (engine, reports) =>
    engine.searchConcepts({ words, atLeast: 1, count: MAX_SET, ...shownVariant() }, following(reports)),
  );
}

/**
 * What a set of neurons is worth together, for the prompt and target whose prediction the page shows, in the model as it is: that
 * neurons which have lost their say already are worth nothing more would be no news.
 */
export function measureGroup(neurons: readonly NeuronId[], of: string): void {
  const { ablationSource, ...now } = question.getState();
  const { value, about: shown } = results.getState().prediction;
  const { prompt, variant } = shown ?? now;
  const target = value?.target;
  const weights = subjectNow();
  const about = weights && {
    ...weights,
    prompt,
    target: shown?.target,
    tokens: value?.tokens ?? [],
    token: target,
    ablationSource,
  };
  const ask = async (engine: Engine, { signal }: Reports<MeasuredGroup>): Promise<MeasuredGroup> => ({
    of,
    prompt,
    target: target?.text ?? "",
    ablationSource,
    found: await engine.neuronGroup(
      prompt,
      {
        neurons: neurons.map(({ layer, neuron }) => ({ layer, neuron })),
        ...(target && { target: target.id }),
        ...ablationSourceOf({ ablationSource }),
        ...variantOf({ ...(variant && { variant }) }),
      },
      { signal },
    ),
  });
  void start("group", ask, about);
}

export function readWiring(at: NeuronId): void {
  void start("wiring", (engine, { signal }) => engine.neuronWiring(at, shownVariant(), { signal }));
}

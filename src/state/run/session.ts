import { adapter, isAttached } from "../model/adapter.ts";
import { model } from "../model/model.ts";
import { modelNow } from "../subject.ts";
import { question } from "../question.ts";
import { view } from "../view.ts";
import { demands } from "./demands.ts";
import { laterDoor } from "./later-door.ts";
import { results } from "./results.ts";
import type { ResultKind } from "./results.ts";
import { haltNext, pursue, stopRun } from "./runner.ts";

/** Typing and sweeping the pointer over the heatmap rest this long before the engine is asked. */
const TYPING_MS = 220;
const HOVER_MS = 120;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Follows the stores: whatever a person changes, the results come after. @returns what ends it */
export function followQuestions(): () => void {
  const ends = [
    question.subscribe((now, last) =>
      schedule(now.prompt !== last.prompt || now.ablationSource !== last.ablationSource ? TYPING_MS : 0),
    ),
    view.subscribe((now, last) => {
      if (now.tab !== last.tab || now.selected !== last.selected || now.count !== last.count) schedule(0);
      else if (now.reading !== last.reading) schedule(0);
      else if (now.chain !== last.chain) schedule(TYPING_MS);
      else if (now.hovered !== last.hovered) schedule(HOVER_MS);
    }),
    adapter.subscribe(() => schedule(0)),
    laterDoor.subscribe(() => schedule(0)),
    model.subscribe((now, last) => {
      if (now.status !== last.status) schedule(0);
    }),
    // a run's arrival, at once where it is known, opens the way for what builds on it
    results.subscribe((now, last) => {
      const isNews = (["prediction", "predictionAblated", "chain"] as const).some(
        (kind) => now[kind].status !== last[kind].status || now[kind].answers !== last[kind].answers,
      );
      if (isNews) schedule(0);
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}

/** The latest call decides when; a question that is typed and one that is clicked are asked together. */
function schedule(delayMs: number): void {
  clearTimeout(timer);
  timer = setTimeout(pursueNow, delayMs);
}

/** The question that was asked last. */
let pursued: unknown;

/**
 * Stops a kind at the person's word. Between a keystroke and its question what is stopped is the earlier question's, and who stops it
 * looks at the newer one: that is left stopped too.
 */
export function stopAsked(kind: ResultKind): void {
  const now = question.getState();
  if (stopRun(kind) && now !== pursued) haltNext(kind, () => question.getState() === now);
}

/** Asks whatever is wanted at this moment. */
export function pursueNow(): void {
  const { info, status } = model.getState();
  const answering = modelNow();
  if (status.kind !== "ready" || !info || !answering) return;
  const { prompt, target, answer, interventions, ablationSource, variant = "base" } = question.getState();
  const hasAdapter = isAttached(adapter.getState());
  // a link's adapter is still on offer: the base's numbers would be answers to another question
  if (variant === "adapted" && !hasAdapter) return;
  const { tab, selected, hovered, count, chain, reading } = view.getState();
  pursued = question.getState();
  pursue(
    demands({
      prompt,
      target,
      answer,
      interventions,
      ablationSource,
      variant,
      hasAdapter,
      info,
      model: answering,
      slots: results.getState(),
      inspected: hovered ?? selected,
      tab,
      count,
      reading: tab === "heads" ? reading : undefined,
      chain: tab === "chain" && chain.published === undefined ? chain : undefined,
    }),
  );
}

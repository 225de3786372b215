import { useEffect } from "react";
import { neighbour } from "#state/model/model.ts";
import { redo, undo } from "#state/question.ts";
import { select, setHelpOpen, showTab, view } from "#state/view.ts";
import { cellId } from "#charts/maps/heatmap-marks.ts";
import { PROMPT_INPUT_ID } from "../prompt/PromptPanel.tsx";
import { TABS } from "./tabs.tsx";

/** The second key of `g h` counts within this time. */
const SEQUENCE_MS = 1_000;

/** The whole page's keys. They rest while somebody types, and leave the browser's own combinations alone. */
export function useShortcuts(): void {
  useEffect(() => {
    let leaderAt = Number.NEGATIVE_INFINITY;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === "Escape") return escape();
      if (isTyping(event.target) || isBehindDialog()) return;
      const isSequence = event.timeStamp - leaderAt < SEQUENCE_MS;
      leaderAt = event.key === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const tab = isSequence ? TABS.find(({ key }) => key === event.key) : undefined;
      const action = tab ? () => showTab(tab.view) : ACTIONS[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  "/": focusPrompt,
  "?": () => setHelpOpen(true),
  z: undo,
  Z: redo,
  "[": () => moveLayer(-1),
  "]": () => moveLayer(1),
};

function escape(): void {
  if (document.activeElement instanceof HTMLElement && isTyping(document.activeElement)) document.activeElement.blur();
  else if (!isBehindDialog()) select(undefined);
}

function focusPrompt(): void {
  const prompt = document.getElementById(PROMPT_INPUT_ID);
  if (prompt instanceof HTMLTextAreaElement) {
    prompt.focus();
    prompt.select();
  }
}

/** Selects the same head so many layers up or down. */
function moveLayer(layers: number): void {
  const at = neighbour(view.getState().cursor, { layers, heads: 0 });
  showTab("heads");
  select({ kind: "head", at });
  requestAnimationFrame(() => document.getElementById(cellId(at))?.focus());
}

/** The page is out of reach while a dialog lies over it. */
const isBehindDialog = () => document.querySelector("dialog[open]") !== null;

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && target.type !== "range");

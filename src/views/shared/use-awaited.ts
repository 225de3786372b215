import { useStore } from "zustand";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";

/** What an empty panel waits for, as the end of its sentence: a model, then a prompt; nothing once both are there. */
export function useAwaited(): string {
  const isReady = useStore(model, ({ status }) => status.kind === "ready");
  const isAsked = useStore(question, ({ prompt }) => prompt !== "");
  if (!isReady) return " as soon as a model is loaded";
  return isAsked ? "" : " as soon as a prompt is typed";
}

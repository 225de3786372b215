import { createStore } from "zustand/vanilla";
import { Fault, faultCode, isEngineEnd } from "#core/fault.ts";
import type { FaultCode } from "#core/fault.ts";

/** A sentence for the person at the page. What to do about a fault is added by the views, keyed by its code. */
export interface Notice {
  /** What it is about: a newer notice about the same replaces it, success takes it away. */
  readonly about: string;
  readonly code: FaultCode | undefined;
  readonly message: string;
  /** What the person can do about it here and now. */
  readonly way?: NoticeWay | undefined;
}

export interface NoticeWay {
  readonly label: string;
  readonly go: () => void;
}

export const notices = createStore<{ readonly list: readonly Notice[] }>(() => ({ list: [] }));

export function notify(about: string, message: string, code?: FaultCode, way?: NoticeWay): void {
  const others = notices.getState().list.filter((notice) => notice.about !== about);
  notices.setState({ list: [...others, { about, code, message, way }] });
}

/** Tells a person of a fault, but not of what was cancelled, nor of a call that the engine's end took with it. */
export function notifyFault(about: string, reason: unknown): void {
  const code = faultCode(reason);
  if (code !== "cancelled" && !isEngineEnd(reason)) notify(about, messageOf(reason), code);
}

export function dismiss(about: string): void {
  const { list } = notices.getState();
  if (list.some((notice) => notice.about === about)) {
    notices.setState({ list: list.filter((notice) => notice.about !== about) });
  }
}

export const asFault = (reason: unknown) =>
  reason instanceof Fault ? reason : new Fault(faultCode(reason), messageOf(reason), { cause: reason });

const messageOf = (reason: unknown) => (reason instanceof Error ? reason.message : String(reason));

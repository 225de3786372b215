import { createStore } from "zustand/vanilla";
import { HUB } from "#model/checkpoint.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";

/**
 * Access tokens for gated repositories, by the Hub that gave them, so that one is never sent to another. They live in the
 * memory of this tab, apart from everything that is stored or put into a link, and are added to a source on its way to
 * the worker.
 */
export const hubTokens = createStore<Readonly<Record<string, string>>>(() => ({}));

/** @param token has passed `isToken`; "" forgets the one that is kept */
export function keepToken(token: string, hub = HUB): void {
  const { [hub]: _, ...others } = hubTokens.getState();
  hubTokens.setState(token === "" ? others : { ...others, [hub]: token }, true);
}

/** The token that a source brings along stays for later. */
export function keepTokenOf(source: CheckpointSource): void {
  if (source.kind === "hub" && source.token !== undefined) keepToken(source.token, source.hub);
}

export function withToken(source: CheckpointSource): CheckpointSource {
  if (source.kind !== "hub") return source;
  const token = hubTokens.getState()[source.hub ?? HUB];
  return token === undefined ? source : { ...source, token };
}

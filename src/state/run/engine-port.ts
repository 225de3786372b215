import type { Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";

let connected: Engine | undefined;

/** The composition root's: which engine every action speaks to. */
export const connectEngine = (engine: Engine) => {
  connected = engine;
};

/** @throws Fault "not-loaded" before an engine is connected */
export function currentEngine(): Engine {
  if (!connected) throw new Fault("not-loaded", "no engine is connected to the page yet");
  return connected;
}

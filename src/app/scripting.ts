import type { Engine, EngineCalls } from "#client/engine.ts";
import { Fault, faultCode } from "#core/fault.ts";
import type { CheckpointSource, HubSource } from "#model/checkpoint.ts";
import { arity, readOptions } from "#protocol/call.ts";
import { CALLS, entryOf, PASSED_ON } from "#protocol/calls.ts";
import type { Asked, CallName, Found, Passed, PassedOn } from "#protocol/calls.ts";
import type { AdapterInfo, GgufOnHub, ModelInfo } from "#protocol/engine.ts";
import type { SuiteDefinition } from "#protocol/experiments.ts";
import { experimentSurface } from "./experiment-scripting.ts";
import type { ExperimentSurface } from "./experiment-scripting.ts";
import { readSource } from "./script-sources.ts";
import type { ScriptSource } from "./script-sources.ts";

/** Calls that ask the loaded model, as the engine takes them. */
type Forwarded = Exclude<PassedOn, "tokenize">;
type Forwards = { readonly [Name in Forwarded]: (...args: Passed<Name>) => Promise<Found<Name>> };

/**
 * `window.arithmoscope`: the engine of the page, for the console, for notebooks and for tests. Log-probabilities and
 * increases are in nats. Every call rejects with an `Error` whose `code` is a `FaultCode`; see docs/scripting.md.
 */
export interface ScriptingSurface extends Forwards, ExperimentSurface {
  load(
    source: ScriptSource,
    options?: Omit<Asked<"load">, "adapter"> & { readonly adapter?: ScriptSource },
  ): Promise<ModelInfo>;
  ggufFiles(source: ScriptSource): Promise<GgufOnHub[]>;
  attachAdapter(source: ScriptSource): Promise<AdapterInfo>;
  detachAdapter(): Promise<void>;
  tokenize(text: string): Promise<{ ids: number[]; texts: string[] }>;
}

export interface ScriptingParts {
  readonly engine: Engine;
  /** Settles once the page has opened what it was called with and no model is on its way; undefined where all that holds already. */
  readonly settled: () => Promise<void> | undefined;
  /** The page's own way of loading, so that the page shows what a script has loaded. */
  readonly load: (source: CheckpointSource, options: Asked<"load">) => Promise<ModelInfo>;
  /** The page's own way of attaching an adapter, and of leaving it. */
  readonly attach: (source: CheckpointSource) => Promise<AdapterInfo>;
  readonly detach: () => Promise<void>;
  readonly bundled: CheckpointSource;
  /** Reads a suite that comes with the page; undefined for a name that none has. */
  readonly readSuite: (name: string) => Promise<SuiteDefinition | undefined>;
  /** What a relative address is relative to. */
  readonly pageAddress: string;
}

declare global {
  interface Window {
    arithmoscope: ScriptingSurface;
  }
}

export function installScriptingSurface(
  parts: ScriptingParts,
  host: Partial<Pick<Window, "arithmoscope">> = window,
): void {
  host.arithmoscope = scriptingSurface(parts);
}

function scriptingSurface({
  engine,
  settled,
  load,
  attach,
  detach,
  bundled,
  readSuite,
  pageAddress,
}: ScriptingParts): ScriptingSurface {
  const surface: ScriptingSurface = {
    ...forwards(engine),

    async load(source, options) {
      const model = readSource("load", source, { pageAddress, bundled });
      const adapter = options?.adapter && readSource("load", options.adapter, { pageAddress });
      return load(model, readOptions("load", CALLS.load.options, adapter ? { ...options, adapter } : options));
    },

    ggufFiles: async (source) => engine.ggufFiles(source as HubSource),

    attachAdapter: async (source) => attach(readSource("attachAdapter", source, { pageAddress })),

    detachAdapter: async () => detach(),

    async tokenize(text) {
      const { ids, texts } = await engine.tokenize(text);
      return { ids, texts };
    },

    ...experimentSurface(engine, readSuite, pageAddress),
  };
  return withCodes(surface, settled);
}

/** Every call that asks the loaded model: its arguments go to the engine as they are, and are read there. */
function forwards(engine: EngineCalls): Forwards {
  const forward = (name: CallName) => {
    const count = arity(entryOf(name));
    return (...args: readonly unknown[]) =>
      (engine[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args.slice(0, count));
  };
  return Object.fromEntries(PASSED_ON.map((name) => [name, forward(name)])) as unknown as Forwards;
}

/** Those that ask nothing of a model, and so do not wait for one. */
const WITHOUT_MODEL: ReadonlySet<string> = new Set<keyof ScriptingSurface>(["load", "ggufFiles", "detachAdapter"]);

/** Has what is asked while a model loads answered by that model, and gives every failure a code, also one that nobody foresaw. */
function withCodes(surface: ScriptingSurface, settled: ScriptingParts["settled"]): ScriptingSurface {
  const calls = Object.entries(surface).map(([name, call]: [string, (...args: never[]) => Promise<unknown>]) => [
    name,
    async (...args: never[]) => {
      try {
        const pending = WITHOUT_MODEL.has(name) ? undefined : settled();
        if (pending) await pending;
        return await call(...args);
      } catch (reason) {
        if (reason instanceof Fault) throw reason;
        const message = reason instanceof Error ? reason.message : String(reason);
        throw new Fault(faultCode(reason), `${name}: ${message}`, { cause: reason });
      }
    },
  ]);
  return Object.fromEntries(calls);
}

import { Fault } from "#core/fault.ts";
import type { ReadCommand } from "../command-line.ts";
import { MODEL_OPTIONS } from "../command-line.ts";
import type { Options } from "../command-line.ts";
import { askedMachine, hubAccess, startEngine } from "../engine/engine-thread.ts";
import type { StartedEngine } from "../engine/engine-thread.ts";
import { readModel } from "../engine/model-source.ts";
import type { NamedSource } from "../engine/model-source.ts";
import type { Session } from "../session.ts";
import type { Plan } from "../shards/plan.ts";

/** A plan says which model in which precision; a machine may have it elsewhere. */
export const PLANNED_MODEL_OPTIONS = {
  model: {
    type: "string",
    about: "where this machine has the plan's model, if that is another place than the plan says",
  },
  adapter: { type: "string", about: "the same of its adapter" },
  ep: MODEL_OPTIONS.ep,
  threads: MODEL_OPTIONS.threads,
  cache: MODEL_OPTIONS.cache,
} as const satisfies Options;

/** The plan's model, bit for bit. @throws Fault, "bad-request" where another one lies where it should be */
export async function startPlanned(
  { model }: Pick<Plan, "model">,
  values: ReadCommand["values"],
  session: Session,
): Promise<StartedEngine> {
  const { env } = session;
  const from = (option: string, known: NamedSource): NamedSource => {
    const named = values[option];
    if (typeof named === "string") return readModel(`--${option}`, named, hubAccess(env));
    const { token } = hubAccess(env);
    return known.kind === "hub" && token ? { ...known, token } : known;
  };
  const started = await startEngine(
    askedMachine(values, env),
    {
      source: from("model", model.source),
      dtype: model.dtype,
      ...(model.adapter && { adapter: from("adapter", model.adapter.source) }),
    },
    session,
  );
  const { info, end } = started;
  const pairs = [
    ["model", model, info],
    ["adapter", model.adapter, info.lora],
  ] as const;
  for (const [what, wanted, found] of pairs) {
    if (!wanted || wanted.content === found?.content) continue;
    end();
    throw new Fault(
      "bad-request",
      `the plan is about the ${what} ${wanted.name} with the content ${wanted.content.slice(0, 12)}, and what was loaded has ${found?.content.slice(0, 12) ?? "none"}; name the right one by --${what}`,
    );
  }
  return started;
}

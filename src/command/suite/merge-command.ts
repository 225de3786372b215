import { ALWAYS } from "../command-line.ts";
import type { Options } from "../command-line.ts";
import { EXIT } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { json } from "../printing.ts";
import type { Session } from "../session.ts";
import { stepsText } from "../shards/cut.ts";
import { openPlan, readPlanLine } from "./opened-plan.ts";
import { PLANNED_MODEL_OPTIONS, startPlanned } from "./planned-engine.ts";
import { survey } from "../shards/survey.ts";
import { resultFile } from "../result/result-file.ts";

export const MERGE_OPTIONS = { ...PLANNED_MODEL_OPTIONS, ...ALWAYS } as const satisfies Options;

/** `merge STORE`: the result of all parts, as the page opens it; with gaps there is none. @throws Fault */
export async function runMerge(args: readonly string[], session: Session): Promise<ExitCode> {
  const { values, place } = readPlanLine("merge", args, MERGE_OPTIONS);
  const { store, plan } = await openPlan(place, session.env);
  const found = await survey(store, plan);
  const gaps = [...found.missing, ...found.corrupt].sort((a, b) => a - b);
  if (gaps.length > 0) {
    const damaged = found.corrupt.length > 0 ? `, of which ${found.corrupt.length} lie there damaged` : "";
    session.streams.err.write(
      `arithmoscope: merge: ${gaps.length} of ${plan.steps.length} steps are missing (${stepsText(gaps)})${damaged}; arithmoscope run ${place} runs them\n`,
    );
    return EXIT.gaps;
  }
  const { engine, end } = await startPlanned(plan, values, session);
  try {
    const parts = found.parts.map((each) => each!.part);
    const result = await engine.gatherParts(plan.request, { parts }, { signal: session.signal });
    session.streams.out.write(
      json(
        resultFile(result, {
          model: plan.model,
          by: found.by,
          date: found.last,
          computed: { plan: plan.id, parts: parts.length, by: found.by, again: found.again },
        }),
        2,
      ),
    );
  } finally {
    end();
  }
  const { steps, of, largest, at } = found.again;
  if (of > 0) {
    session.progress.say(
      steps === 0
        ? `none of the ${of} steps that are to be checked has been run on another machine or provider`
        : `${steps} of ${of} steps were run on another machine or provider too: the largest difference is ${largest}${at && `, at ${at}`}`,
      "lasting",
    );
  }
  return EXIT.done;
}

import type { Ablation } from "#protocol/experiments.ts";
import { constant } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";

interface AblationText {
  /** In the form. */
  readonly choice: string;
  readonly name: string;
  /** A sentence on what takes the place of what is ablated. */
  readonly says: string;
}

export const ABLATION_TEXTS: Readonly<Record<Ablation, AblationText>> = {
  zero: {
    choice: "zero",
    name: "zero-ablation",
    says: "What is switched off is 0 at every position (zero-ablation).",
  },
  mean: {
    choice: "mean",
    name: "mean ablation",
    says: "What is switched off takes its mean over the suite’s different prompts of the same length, position by position (mean ablation).",
  },
  resample: {
    choice: "another case’s",
    name: "resample ablation",
    says: "What is switched off takes the value that it has in another prompt of the suite of the same length, drawn by the seed for each prompt (resample ablation).",
  },
};

interface AblatedResult {
  readonly request: { readonly ablation?: Ablation };
  readonly alone?: number;
}

/** The column of a file that says which ablation its rows are of. */
export const ablationColumn = <Row>({ ablation = "zero" }: AblatedResult["request"]): Column<Row> =>
  constant("ablation", ablation);

/** Which ablation a result is about, and what it could not be done to. */
export function ablationSentence({ request, alone = 0 }: AblatedResult): string {
  const { name } = ABLATION_TEXTS[request.ablation ?? "zero"];
  return `Switched off by ${name}${alone > 0 ? `; ${aloneText(alone)}` : ""}.`;
}

export const aloneText = (alone: number) =>
  `${alone} ${alone === 1 ? "case has" : "cases have"} no other prompt of the same length to take from and ${alone === 1 ? "stays as it is" : "stay as they are"}`;

import { withoutDuplicates } from "#analysis/experiments/suite/scored-cases.ts";
import type { ScoredCase } from "#analysis/experiments/suite/scored-cases.ts";
import { readSuiteText } from "#analysis/experiments/suite/suite-text.ts";
import type { SuiteComplaint } from "#analysis/experiments/suite/suite-text.ts";
import { readContrasts } from "#analysis/experiments/suite/contrasts.ts";
import { pairCases, readPairDefinition } from "#analysis/experiments/suite/pair-suite.ts";
import { suiteCases } from "#analysis/experiments/suite/suite.ts";
import type { SuiteCase, SuiteDefinition, SuiteOptions } from "#analysis/experiments/suite/suite.ts";
import { Fault } from "#core/fault.ts";
import type { SuiteReport, SuiteSource } from "#protocol/experiments.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { expectedAnswer } from "../session/expected-answer.ts";
import { checkLength, promptIds } from "../session/requests.ts";

type Reader = Pick<LoadedModel, "spec" | "tokenizer">;

/** A case as the model reads it. */
export interface ReadCase extends ScoredCase {
  readonly asked: SuiteCase;
  /** The answer's tokens as they read. */
  readonly answerTexts: readonly string[];
  /** The other side of a pair. */
  readonly other?: ScoredCase;
}

export interface ReadSuite {
  readonly cases: readonly ReadCase[];
  readonly report: SuiteReport;
}

/** Complaints that are told; a broken file has one for each line. */
const TOLD = 50;

/**
 * A suite's cases in tokens. What cannot be scored, as a prompt that is too long, is left out with a sentence, and the rest is kept.
 *
 * @throws Fault "bad-request" if nothing is left
 */
export async function readSuite(source: SuiteSource, model: Reader): Promise<ReadSuite> {
  const { cases, lines, complaints } = asked(source);
  const read: ReadCase[] = [];
  const wrong: SuiteComplaint[] = [...complaints];
  const all = await Promise.all(cases.map((each) => readCase(each, model)));
  for (const [index, found] of all.entries()) {
    if (typeof found === "string") wrong.push({ line: lines[index]!, message: found });
    else read.push(found);
  }
  if (read.length === 0) {
    const first = wrong[0];
    throw new Fault(
      "bad-request",
      `suite: none of its cases can be run; ${first ? `line ${first.line}: ${first.message}` : "it is empty, and needs a line as 3+5=,8"}`,
    );
  }
  return { cases: read, report: report(read, wrong) };
}

function asked(source: SuiteSource) {
  if (source.kind === "pasted") {
    const edited = readPairDefinition(source.text) ?? readContrasts(source.text);
    return edited ? defined(edited, { seed: 0 }) : readSuiteText(source.text);
  }
  const { definition, count, seed } = source;
  return defined(definition, { seed, ...(count !== undefined && { count }) });
}

function defined(definition: SuiteDefinition, options: SuiteOptions) {
  const cases = definition.pair ? pairCases(definition.pair, options) : suiteCases(definition, options);
  return { cases, lines: cases.map((_, index) => index + 1), complaints: [] };
}

/** One case, or a sentence about why it cannot be run. */
export async function readCase(each: SuiteCase, model: Reader): Promise<ReadCase | string> {
  try {
    const own = await scored(each, model);
    const other = each.pair && (await scored(each.pair, model));
    const empty = [own, ...(other ? [other] : [])].some(({ answerIds }) => answerIds.length === 0);
    if (empty) return `its answer “${each.answer}” is no token of this model`;
    const answerTexts = own.answerIds.map((id) => model.tokenizer.tokenText(id));
    return { asked: each, ...own, answerTexts, ...(other && { other }) };
  } catch (reason) {
    if (reason instanceof Fault) return reason.message;
    throw reason;
  }
}

async function scored({ prompt, answer }: Pick<SuiteCase, "prompt" | "answer">, model: Reader): Promise<ScoredCase> {
  const { tokenizer } = model;
  const ids = await promptIds(prompt, model);
  const tokenized = await tokenizer.tokenize(prompt);
  const answerIds = await expectedAnswer(tokenizer, { prompt, tokenized }, answer);
  checkLength(ids.length + answerIds.length - 1, model.spec);
  return { ids, answerIds };
}

function report(cases: readonly ReadCase[], complaints: readonly SuiteComplaint[]): SuiteReport {
  const groups = Map.groupBy(cases, ({ asked }) => asked.group);
  return {
    cases: cases.length,
    groups: [...groups].map(([name, own]) => ({ name, cases: own.length })),
    examples: [...groups.values()].map(([first]) => first!.asked),
    answerTokens: cases.reduce((sum, { answerIds }) => sum + answerIds.length, 0),
    duplicates: cases.length - withoutDuplicates(cases).unique.length,
    complaints: complaints.slice(0, TOLD),
  };
}

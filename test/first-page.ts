import { opened } from "#state/link/opened.ts";
import { DEFAULT_CHAIN } from "#state/link/finding.ts";
import { notices } from "#state/notices.ts";
import { question } from "#state/question.ts";
import type { Question } from "#state/question.ts";
import { clearResults } from "#state/run/results.ts";
import { forgetRuns } from "#state/run/runner.ts";
import { DEFAULT_SORT, view } from "#state/view.ts";

/** The page's state before anybody has done anything, between two tests of one file; what is asked may be another question. */
export function firstPage(asked: Partial<Question> = {}): void {
  forgetRuns();
  // a run that is forgotten leaves its answer as one to an earlier question
  clearResults();
  notices.setState({ list: [] });
  opened.setState({ finding: undefined });
  question.setState({
    prompt: "3+5=",
    target: undefined,
    answer: undefined,
    interventions: [],
    ablationSource: undefined,
    past: [],
    future: [],
    going: "",
    ...asked,
  });
  view.setState({
    tab: "heads",
    selected: undefined,
    hovered: undefined,
    sort: DEFAULT_SORT,
    count: 10,
    chain: DEFAULT_CHAIN,
  });
}

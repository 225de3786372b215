import { isDeepStrictEqual } from "node:util";
import { DTYPES } from "#model/checkpoint.ts";
import { SHIPPED_CONTENTS } from "#model/shipped-models.ts";
import type { ExperimentRequest, ExperimentResult } from "#protocol/experiments.ts";
import "#state/experiments/behind-door.ts";
import { experimentClaims } from "#state/experiments/claims.ts";
import { saidIn } from "#state/experiments/form/asked-settings.ts";
import { FIRST_FORM, fitsInLink } from "#state/experiments/form/form.ts";
import type { ExperimentForm } from "#state/experiments/form/form.ts";
import { requestOf } from "#state/experiments/form/request.ts";
import type { SavedOrigin } from "#state/experiments/result-file.ts";
import { offerSuites } from "#state/experiments/suites.ts";
import { folderId, NO_FINDING, shortContent } from "#state/link/finding.ts";
import type { NamedResult } from "#state/link/finding.ts";
import { encodeFinding } from "#state/link/permalink.ts";
import { choiceOfSource } from "#state/model/named.ts";
import type { NamedSource } from "../engine/model-source.ts";
import { readDefinition, suiteNames } from "../package-files.ts";

interface Loaded {
  readonly source: NamedSource;
  readonly name: string;
  readonly revision?: string;
  readonly content: string;
}

/**
 * What links call a model or an adapter that a command has loaded. One that comes with the page is told by its content: a copy of it in another
 * folder, or on another machine, opens in the page as well, and what was changed in its folder is another model.
 */
export function linkedName({ source, name, revision, content }: Loaded): {
  readonly id: string;
  readonly revision?: string;
} {
  if (source.kind === "folder") {
    const [shipped] = Object.entries(SHIPPED_CONTENTS).find(([, known]) => known === content) ?? [];
    return { id: shipped ?? folderId(name) };
  }
  const { id } = choiceOfSource(source);
  return { id, ...(source.kind === "hub" && revision !== undefined && { revision }) };
}

/**
 * A link to a result, as the page hands them on: the experiment that was asked, with the numbers that tell most, for whoever opens it to run
 * and check; and where the whole of it lies.
 *
 * @param model by its own word, as a saved result has it
 * @returns without its #; undefined where the page asks nothing that gives this result, and no file is named
 */
export function resultFragment(
  result: ExperimentResult,
  model: SavedOrigin["model"],
  named?: NamedResult,
): string | undefined {
  const experiment = formOf(result.request);
  if (!experiment && !named) return undefined;
  const dtype = DTYPES.find((known) => known === model?.dtype);
  const adapter = typeof model?.adapter === "object" ? model.adapter : undefined;
  const digits = (content: string | undefined) => content && shortContent(content.replace(/^sha256:/, ""));
  const [content, adapterContent] = [digits(model?.content), digits(adapter?.content)];
  return encodeFinding({
    ...NO_FINDING,
    ...(model && { model: model.id ?? model.name }),
    ...(model?.revision !== undefined && { revision: model.revision }),
    ...(content && { content }),
    ...(dtype && { dtype }),
    ...(adapter && { adapter: adapter.name }),
    ...(adapterContent && { adapterContent }),
    ...(result.request.variant === "adapted" && { variant: "adapted" as const }),
    view: "experiments",
    ...(experiment && { experiment }),
    ...(named && { result: named }),
    expected: experiment ? { experiment: experimentClaims(result) } : {},
  });
}

/** The page's form that asks for exactly this; undefined where none does, as for a suite or counts of one's own. */
function formOf(request: ExperimentRequest): ExperimentForm | undefined {
  offerSuites(suiteNames().flatMap((name) => readDefinition(name) ?? []));
  // of the variant a link speaks itself
  const { variant: _, ...asked } = request;
  const form: ExperimentForm = { ...FIRST_FORM, ...saidIn(request) };
  return fitsInLink(form) && isDeepStrictEqual(requestOf(form), asked) ? form : undefined;
}

import { modelLabel } from "#state/model/model.ts";
import type { ModelState } from "#state/model/model.ts";

/** The reason why there is no figure, or none of its own model: a frame loads only what comes with its page. Undefined while a model answers. */
export function stateSentence({ status, choice }: ModelState): string | undefined {
  const name = choice ? modelLabel(choice) : "";
  switch (status.kind) {
    case "ready":
      return undefined;
    case "loading": {
      const { progress } = status;
      const share = progress && progress.total > 0 ? `, ${Math.floor((100 * progress.done) / progress.total)} %` : "";
      return `The model ${name} is on its way${share}.`;
    }
    case "offered":
      return `This finding is about ${name}, which does not come with this page: nothing of it is downloaded here. The whole page asks whether to load it.`;
    case "failed":
      return `The model ${name} could not be loaded.`;
    case "lost":
      return "The engine stopped; the whole page can start it again.";
    case "nothing":
      return choice ? `The model ${name} is not loaded.` : "No model answers here.";
    default:
      throw new Error(`embed: unknown state ${String(status satisfies never)}`);
  }
}

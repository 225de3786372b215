import type { CheckpointSource } from "#model/checkpoint.ts";
import { BUNDLED_MODEL } from "#state/finding.ts";
import { folderChoice, hubChoice } from "#state/model.ts";
import type { ModelChoice } from "#state/model.ts";

/** The checkpoints that come with the page: addresses like any other. */
export const SHIPPED_MODELS: readonly ModelChoice[] = [
  { id: BUNDLED_MODEL, source: { kind: "url", base: new URL("models/abacus/", document.baseURI).href } },
];

/** The name by which links call what a script loads: a folder on disk has only its own. */
export function choiceOf(source: CheckpointSource): ModelChoice {
  if (source.kind === "files") {
    return folderChoice(
      source.files,
      source.files.map((file) => file.webkitRelativePath || file.name),
    );
  }
  if (source.kind === "hub") return hubChoice(source);
  if (source.kind === "stored") return { id: source.id, source };
  const { base } = source;
  return (
    SHIPPED_MODELS.find((known) => known.source.kind === "url" && known.source.base === base) ?? { id: base, source }
  );
}

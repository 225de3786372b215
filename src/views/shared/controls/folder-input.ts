import type { ChangeEvent } from "react";
import { folderChoice } from "#state/model/named.ts";
import type { ModelChoice } from "#state/model/model.ts";

/** What makes an `<input>` one for a folder on the person's disk, with everything that lies in it. */
export const folderInput = (onChoose: (choice: ModelChoice) => void) => ({
  type: "file",
  multiple: true,
  // React's types do not know it
  webkitdirectory: "",
  ...chosen(onChoose),
});

/** An input for a model in GGUF, all of its parts, and what is to lie beside it. */
export const ggufInput = (onChoose: (choice: ModelChoice) => void) => ({
  type: "file",
  multiple: true,
  accept: ".gguf,.json",
  ...chosen(onChoose),
});

const chosen = (onChoose: (choice: ModelChoice) => void) => ({
  onChange({ target }: ChangeEvent<HTMLInputElement>) {
    const files = [...(target.files ?? [])];
    const paths = files.map((file) => file.webkitRelativePath || file.name);
    if (files.length > 0) onChoose(folderChoice(files, paths));
    // the same folder may be chosen again
    target.value = "";
  },
});

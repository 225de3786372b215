import { useStore } from "zustand";
import {
  adapterSet,
  addFolder,
  removeFolder,
  shippedAdapters,
  writtenAdapters,
} from "#state/experiments/adapter-set.ts";
import { editExperiment } from "#state/experiments/form.ts";
import { folderChoice, model } from "#state/model.ts";

/** The set of adapters: lines, and folders of the person's own. */
export function AdapterFields({ text }: { readonly text: string }) {
  const set = useStore(adapterSet);
  const info = useStore(model, (state) => state.info);
  const shipped = shippedAdapters(set, { info });
  return (
    <>
      <label className="words">
        <span>
          LoRA adapters, one a line: owner/name on the Hugging Face Hub, with @revision, or the address of a folder
          {shipped.length === 0 && "; none come with the page for this model"}
        </span>
        <textarea
          rows={Math.min(8, Math.max(3, shipped.length + 1))}
          spellCheck={false}
          autoCapitalize="off"
          placeholder={"owner/name\nhttps://…/"}
          value={text === "" ? writtenAdapters(shipped) : text}
          onChange={({ target: { value } }) =>
            editExperiment({ adapters: value.trim() === writtenAdapters(shipped) ? "" : value })
          }
        />
      </label>
      {set.folders.map((folder, place) => (
        <button key={place} type="button" onClick={() => removeFolder(folder)}>
          Leave out the folder {folder.id}
        </button>
      ))}
      <label className="file-item">
        Add an adapter’s folder on this computer…
        <input
          type="file"
          multiple
          ref={(input) => input?.setAttribute("webkitdirectory", "")}
          onChange={({ target }) => {
            const files = [...(target.files ?? [])];
            if (files.length > 0) {
              addFolder(
                folderChoice(
                  files,
                  files.map((file) => file.webkitRelativePath || file.name),
                ),
              );
            }
            target.value = "";
          }}
        />
      </label>
    </>
  );
}

import { useRef } from "react";
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
      <FolderButton />
    </>
  );
}

function FolderButton() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={(element) => {
          element?.setAttribute("webkitdirectory", "");
          input.current = element;
        }}
        type="file"
        multiple
        aria-label="Folder of an adapter"
        className="visually-hidden"
        tabIndex={-1}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          const paths = files.map((file) => file.webkitRelativePath || file.name);
          if (files.length > 0) addFolder(folderChoice(files, paths));
          target.value = "";
        }}
      />
      <button type="button" onClick={() => input.current?.click()}>
        Add an adapter’s folder
      </button>
    </>
  );
}

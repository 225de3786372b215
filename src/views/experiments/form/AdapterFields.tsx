import { useRef } from "react";
import { useStore } from "zustand";
import { adapterLabel } from "#state/model/adapter.ts";
import {
  adapterSet,
  addFolder,
  removeFolder,
  shippedAdapters,
  writtenAdapters,
} from "#state/experiments/adapter-set.ts";
import { editExperiment } from "#state/experiments/form/form.ts";
import { model } from "#state/model/model.ts";
import { folderInput } from "../../shared/controls/folder-input.ts";
import { LongTextNote } from "../../shared/text/LongTextNote.tsx";
import { useLongText } from "../../shared/text/use-long-text.ts";

/** The set of adapters: lines, and folders of the person's own. */
export function AdapterFields({ text }: { readonly text: string }) {
  const set = useStore(adapterSet);
  const info = useStore(model, (state) => state.info);
  const shipped = shippedAdapters(set, { info });
  const written = writtenAdapters(shipped);
  const field = useLongText(text === "" ? written : text, (typed) =>
    editExperiment({ adapters: typed.trim() === written ? "" : typed }),
  );
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
          {...field.props}
        />
      </label>
      <LongTextNote field={field} />
      {set.folders.map((folder, place) => (
        <button key={place} type="button" onClick={() => removeFolder(folder)}>
          Leave out the folder {adapterLabel(folder)}
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
        ref={input}
        aria-label="Folder of an adapter"
        className="visually-hidden"
        tabIndex={-1}
        {...folderInput(addFolder)}
      />
      <button type="button" onClick={() => input.current?.click()}>
        Add an adapter’s folder
      </button>
    </>
  );
}

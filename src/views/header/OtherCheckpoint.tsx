import { isAddress } from "#state/finding.ts";
import type { ModelChoice } from "#state/model.ts";
import { notify } from "#state/notices.ts";

interface OtherCheckpointProps {
  readonly onChoose: (choice: ModelChoice) => void;
}

/** Any Hugging Face folder: under an address, or on the person's own disk. */
export function OtherCheckpoint({ onChoose }: OtherCheckpointProps) {
  return (
    <div className="sheet-group">
      <p className="sheet-title">Another checkpoint</p>
      <form
        className="sheet-form"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = new FormData(event.currentTarget).get("address");
          if (typeof typed !== "string") return;
          const base = typed.trim();
          if (isAddress(base)) onChoose({ id: base, source: { kind: "url", base } });
          else notify("model", `“${base}” is not an address. A checkpoint’s folder starts with https://.`);
        }}
      >
        <input
          name="address"
          type="text"
          inputMode="url"
          aria-label="Address of a checkpoint’s folder"
          placeholder="https://…/"
          spellCheck={false}
        />
        <button type="submit">Load</button>
      </form>
      <label className="sheet-item file-item">
        Open a folder on this computer…
        <input
          type="file"
          multiple
          ref={(input) => input?.setAttribute("webkitdirectory", "")}
          onChange={(event) => {
            const files = [...(event.target.files ?? [])];
            const folder = files[0]?.webkitRelativePath.split("/")[0];
            if (files.length > 0) onChoose({ id: folder || "folder", source: { kind: "files", files } });
          }}
        />
      </label>
    </div>
  );
}

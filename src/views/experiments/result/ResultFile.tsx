import { useRef } from "react";
import { openResultFile } from "#state/experiments/runs.ts";

/** Opens a saved result by a button; dropping it on the page does the same. */
export function ResultFile() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <span className="panel-tools">
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        aria-label="Open a saved result"
        className="visually-hidden"
        tabIndex={-1}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void openResultFile(file);
          event.target.value = "";
        }}
      />
      <button type="button" className="quiet" onClick={() => input.current?.click()}>
        Open a saved result
      </button>
    </span>
  );
}

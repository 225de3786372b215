import { useId, useState } from "react";
import { useStore } from "zustand";
import { HUB } from "#model/checkpoint.ts";
import { isToken } from "#model/source-names.ts";
import { hubTokens, keepToken } from "#state/model/hub-tokens.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { notices } from "#state/notices.ts";
import { openModels } from "#state/road/road.ts";
import { choiceTyped, folderOfPage, typedModel } from "#state/model/typed-model.ts";
import { folderInput, ggufInput } from "../shared/controls/folder-input.ts";
import { Complaint, complains } from "../shared/text/use-typed.tsx";

interface OtherCheckpointProps {
  readonly onChoose: (choice: ModelChoice) => void;
  /** The list of what the Hub has takes the menu's place. */
  readonly onSearch: () => void;
}

/** Any checkpoint of a known family: on the Hub, under an address, or on the person's own disk. */
export function OtherCheckpoint({ onChoose, onSearch }: OtherCheckpointProps) {
  const { text } = useStore(typedModel);
  const needsToken = useStore(notices, ({ list }) => list.some(({ code }) => code === "needs-token"));
  const hasToken = useStore(hubTokens, (tokens) => tokens[HUB] !== undefined);
  const id = useId();
  const [isAsked, setAsked] = useState(false);
  const [complaint, setComplaint] = useState<string>();
  const load = (form: FormData): string | undefined => {
    const token = textOf(form, "token").trim();
    if (token !== "" && !isToken(token)) {
      return "That is not an access token: a token is letters and signs without spaces.";
    }
    if (token !== "") keepToken(token);
    const typed = text.trim();
    const choice = choiceTyped(folderOfPage(typed, document.baseURI) ?? typed);
    if (choice) onChoose(choice);
    return choice
      ? undefined
      : `“${typed}” is no model: owner/name or owner/name/file.gguf on the Hugging Face Hub is needed, or the address of a folder or of a GGUF file, as https://…/ or ./models/…/.`;
  };
  return (
    <div className="sheet-group">
      <p className="sheet-title">Another model</p>
      <form
        className="other-model"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          setComplaint(load(new FormData(event.currentTarget)));
        }}
      >
        <div className="sheet-form">
          <input
            name="model"
            type="text"
            aria-label="Model on the Hugging Face Hub, or address of a checkpoint’s folder"
            placeholder="owner/name or https://…/"
            autoCapitalize="off"
            spellCheck={false}
            value={text}
            onChange={(event) => {
              setComplaint(undefined);
              typedModel.setState({ text: event.target.value });
            }}
            {...complains(`${id}-complaint`, complaint)}
          />
          <button type="submit">Load</button>
          <button
            type="button"
            title="Looks these words up in the Hub’s public list"
            onClick={() => {
              onSearch();
              openModels(text.trim());
            }}
          >
            Search
          </button>
          <Complaint id={`${id}-complaint`} text={complaint} />
        </div>
        {needsToken || isAsked ? (
          <div className="token-field">
            <label htmlFor={`${id}-token`}>Access token for a gated model</label>
            <input
              id={`${id}-token`}
              name="token"
              type="password"
              autoComplete="off"
              placeholder={hasToken ? "kept for this tab" : "hf_…"}
              aria-describedby={`${id}-note`}
            />
            <span id={`${id}-note`} className="faint">
              Kept in this tab’s memory until it closes, sent to the Hub alone, never put into a link.
            </span>
          </div>
        ) : (
          <button type="button" className="sheet-item" onClick={() => setAsked(true)}>
            Use an access token…
          </button>
        )}
        {hasToken && (
          <button type="button" className="sheet-item" onClick={() => keepToken("")}>
            Forget the access token
          </button>
        )}
      </form>
      <label className="sheet-item file-item">
        Open a folder on this computer…
        <input {...folderInput(onChoose)} />
      </label>
      <label className="sheet-item file-item">
        Open a GGUF file on this computer…
        <input {...ggufInput(onChoose)} />
      </label>
      <p className="sheet-note faint">
        Or drop the folder or the file on the page. Its bytes are read on this machine and never leave it.
      </p>
    </div>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

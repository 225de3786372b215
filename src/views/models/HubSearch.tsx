import { useId, useState } from "react";
import { useStore } from "zustand";
import { countOf } from "#charts/number-format.ts";
import { hubChoice } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { typedModel } from "#state/model/typed-model.ts";
import { hubSearch, leaveSearch, searchHub } from "#state/road/hub-search.ts";
import type { FoundModel } from "#state/road/hub-search.ts";
import { Isolated } from "../shared/Isolated.tsx";
import { asClause, asSentence } from "../shared/words/sentence.ts";
import { Complaint, complains } from "../shared/text/use-typed.tsx";

interface HubSearchProps {
  readonly onChoose: (choice: ModelChoice) => void;
}

/** The Hub's public list, asked when a person says so. */
export function HubSearch({ onChoose }: HubSearchProps) {
  const { text } = useStore(typedModel);
  const search = useStore(hubSearch);
  const [complaint, setComplaint] = useState<string>();
  const id = useId();
  return (
    <section aria-label="Search the Hugging Face Hub">
      <h3 className="visually-hidden">Models on the Hub</h3>
      <form
        role="search"
        className="sheet-form"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          const words = text.trim();
          setComplaint(words === "" ? "Nothing to search for: a word of the model’s name is needed." : undefined);
          if (words !== "") void searchHub(words);
        }}
      >
        <input
          type="search"
          aria-label="Words of a model’s name"
          placeholder="words of a model’s name, as qwen3 base"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setComplaint(undefined);
            typedModel.setState({ text: event.target.value });
          }}
          {...complains(id, complaint)}
        />
        {search.kind === "searching" ? (
          <button type="button" onClick={leaveSearch}>
            Cancel
          </button>
        ) : (
          <button type="submit">Search the Hub</button>
        )}
        <Complaint id={id} text={complaint} />
      </form>
      <div role="status">
        {search.kind === "searching" && <p className="faint">Asking the Hub for “{search.words}”…</p>}
        {search.kind === "failed" && (
          <p>
            <Isolated sentence={asSentence(search.fault.message)} />
          </p>
        )}
        {search.kind === "found" && <p>{foundSentence(search.words, search.models)}</p>}
      </div>
      {search.kind === "found" && (
        <ul className="model-list">
          {search.models.toSorted(openableFirst).map((found) => (
            <li key={found.repo} className={found.refusal === undefined ? "" : "faint"}>
              <Found found={found} onChoose={onChoose} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Found({ found, onChoose }: { readonly found: FoundModel } & HubSearchProps) {
  const { repo, parameters, downloads, isGated, refusal } = found;
  const facts = [
    parameters === undefined ? "" : `${countOf(parameters)} parameters`,
    downloads === undefined ? "" : `${countOf(downloads)} downloads a month`,
    isGated ? "gated: needs an access token" : "",
  ].filter(Boolean);
  return (
    <>
      <div className="about-model">
        <h4>{repo}</h4>
        {facts.length > 0 && <p className="small faint">{facts.join(" · ")}</p>}
        {refusal !== undefined && (
          <p className="small">
            <Isolated sentence={asSentence(`not read: ${asClause(refusal)}`)} />
          </p>
        )}
      </div>
      {refusal === undefined && (
        <button type="button" aria-label={`Open ${repo}`} onClick={() => onChoose(hubChoice({ kind: "hub", repo }))}>
          Open
        </button>
      )}
    </>
  );
}

const openableFirst = (a: FoundModel, b: FoundModel) =>
  Number(a.refusal !== undefined) - Number(b.refusal !== undefined);

function foundSentence(words: string, models: readonly FoundModel[]): string {
  if (models.length === 0) return `The Hub’s list has nothing for “${words}”.`;
  const open = models.filter(({ refusal }) => refusal === undefined).length;
  return open === 0
    ? `${models.length} found for “${words}”, none of which can be opened.`
    : `${models.length} found for “${words}”, of which ${open} can be opened: these first, the most downloaded at the top.`;
}

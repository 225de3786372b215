import { useEffect } from "react";
import { useStore } from "zustand";
import { countOf, megabytes } from "#charts/number-format.ts";
import type { StoredModel } from "#protocol/engine.ts";
import { offerModel } from "#state/model/load-offer.ts";
import { model } from "#state/model/model.ts";
import { storedChoice } from "#state/model/named.ts";
import { deleteStoredModels, refreshStoredModels, storedModels } from "#state/model/stored-models.ts";

/** The models that this browser keeps, to be opened without a network or deleted. */
export function StoredModels({ onChoose }: { readonly onChoose: () => void }) {
  const { list } = useStore(storedModels);
  const status = useStore(model, (state) => state.status.kind);
  useEffect(() => {
    void refreshStoredModels();
    // what a load has just stored belongs in the list
  }, [status]);
  if (!list || list.length === 0) return null;
  const total = list.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <div className="sheet-group" role="group" aria-label="Stored models">
      <p className="sheet-title">Kept in this browser, {megabytes(total)}</p>
      <ul className="stored-models">
        {list.map((stored) => (
          <li key={stored.id}>
            <Stored stored={stored} onChoose={onChoose} />
          </li>
        ))}
      </ul>
      {list.length > 1 && (
        <button type="button" className="sheet-item" onClick={() => void deleteStoredModels(list.map(({ id }) => id))}>
          Delete all {list.length}
        </button>
      )}
    </div>
  );
}

function Stored({ stored, onChoose }: { readonly stored: StoredModel; readonly onChoose: () => void }) {
  const { id, source, dtype, bytes, parameters, storedAt, isComplete } = stored;
  const choice = storedChoice(stored);
  const name = `${source.name}, ${dtype}`;
  return (
    <>
      <p>
        <code>{source.name}</code>
        {source.revision && <code className="faint">@{source.revision.slice(0, 7)}</code>}
      </p>
      <p className="faint">
        {dtype}, {countOf(parameters)} parameters, {megabytes(bytes)}, {dateOf(storedAt)}
        {!isComplete && (choice ? ", not complete" : ", not complete: choose the folder again to go on")}
      </p>
      <p className="stored-actions">
        {choice && (
          <button
            type="button"
            aria-label={`${isComplete ? "Load" : "Go on with"} ${name}`}
            onClick={() => {
              onChoose();
              void offerModel(choice, { dtype });
            }}
          >
            {isComplete ? "Load" : "Go on"}
          </button>
        )}
        <button type="button" aria-label={`Delete ${name}`} onClick={() => void deleteStoredModels([id])}>
          Delete
        </button>
      </p>
    </>
  );
}

const dateOf = (ms: number) =>
  new Date(ms).toLocaleDateString("en", { day: "numeric", month: "short", year: "numeric" });

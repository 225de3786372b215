import { useStore } from "zustand";
import { countOf } from "#charts/number-format.ts";
import { adapter, adapterLabel, adapterName } from "#state/model/adapter.ts";
import { adapterNamed } from "#state/model/named.ts";
import { attachAdapter, detachAdapter } from "#state/model/attaching.ts";
import type { AdapterState } from "#state/model/adapter.ts";
import { adapterSet, shippedAdapters } from "#state/experiments/adapter-set.ts";
import { model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";
import type { AdapterInfo } from "#state/run/results.ts";
import { folderOfPage } from "#state/model/typed-model.ts";
import { folderInput } from "../shared/controls/folder-input.ts";
import { useTyped } from "../shared/text/use-typed.tsx";
import { layersText } from "./layers-text.ts";

/** The model menu's part about a LoRA adapter: what is attached, and how to attach one. */
export function AdapterGroup({ onChoose }: { readonly onChoose: () => void }) {
  const state = useStore(adapter);
  const isReady = useStore(model, ({ status }) => status.kind === "ready");
  if (!isReady) return null;
  const choose = (choice: ModelChoice) => {
    onChoose();
    void attachAdapter(choice);
  };
  return (
    <div className="sheet-group" role="group" aria-label="Adapter">
      <p className="sheet-title">LoRA adapter over this model</p>
      <Present state={state} />
      <Shipped attached={state.choice} onChoose={choose} />
      <AdapterForm onChoose={choose} />
      <label className="sheet-item file-item">
        Open an adapter’s folder on this computer…
        <input {...folderInput(choose)} />
      </label>
    </div>
  );
}

interface ShippedProps {
  readonly attached: ModelChoice | undefined;
  readonly onChoose: (choice: ModelChoice) => void;
}

/** Those that come with the page for the model at hand. */
function Shipped({ attached, onChoose }: ShippedProps) {
  const set = useStore(adapterSet);
  const info = useStore(model, (state) => state.info);
  return shippedAdapters(set, { info })
    .filter(({ id }) => id !== attached?.id)
    .map((choice) => (
      <button key={choice.id} type="button" className="sheet-item" onClick={() => onChoose(choice)}>
        Attach {adapterLabel(choice)}, which comes with the page
      </button>
    ));
}

function Present({ state: { choice, status } }: { readonly state: AdapterState }) {
  if (!choice) return null;
  if (status.kind !== "attached") return <p className="sheet-note faint">{adapterName(choice)}, not attached yet</p>;
  return (
    <>
      <AdapterFacts choice={choice} info={status.info} />
      <button type="button" className="sheet-item" onClick={() => void detachAdapter()}>
        Go on without the adapter
      </button>
    </>
  );
}

function AdapterFacts({ choice, info }: { readonly choice: ModelChoice; readonly info: AdapterInfo }) {
  const ranks = info.ranks.length === 1 ? `rank ${info.ranks[0]}` : `ranks ${info.ranks.join(", ")}`;
  return (
    <div className="model-facts">
      <p>
        <strong title={adapterName(choice)}>{adapterLabel(choice)}</strong>: {ranks}, {countOf(info.parameters)}{" "}
        parameters
      </p>
      <p className="faint">
        {info.modules.join(", ")} of {layersText(info.layers)}
        {info.baseHint && `; made for ${info.baseHint}, as it says itself`}
      </p>
    </div>
  );
}

function AdapterForm({ onChoose }: { readonly onChoose: (choice: ModelChoice) => void }) {
  const field = useTyped((text) => {
    const typed = text.trim();
    const choice = adapterNamed(folderOfPage(typed, document.baseURI) ?? typed);
    if (choice) onChoose(choice);
    return choice
      ? undefined
      : `“${typed}” is no adapter: owner/name on the Hugging Face Hub is needed, or the address of a folder, as https://…/ or ./models/…/.`;
  });
  return (
    <form className="sheet-form" autoComplete="off" onSubmit={field.submit}>
      <input
        name="adapter"
        type="text"
        aria-label="Adapter on the Hugging Face Hub, or address of its folder"
        placeholder="owner/name or https://…/"
        autoCapitalize="off"
        spellCheck={false}
        {...field.props}
      />
      <button type="submit">Attach</button>
      {field.complaint}
    </form>
  );
}

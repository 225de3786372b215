import { agreementText } from "#core/agreement.ts";
import { grouped } from "#core/grouped.ts";
import { useStore } from "zustand";
import { megabytes } from "#charts/number-format.ts";
import { BACKENDS, hubPath } from "#model/checkpoint.ts";
import type { Dtype } from "#model/checkpoint.ts";
import { offerAgain, offerModel } from "#state/model/load-offer.ts";
import { model, modelLabel } from "#state/model/model.ts";
import { dtypesOf } from "#state/model/named.ts";
import { openModels } from "#state/road/road.ts";
import type { ModelInfo } from "#state/run/results.ts";
import { ChoiceGroup } from "../shared/controls/ChoiceGroup.tsx";
import type { ChoiceGroupProps } from "../shared/controls/ChoiceGroup.tsx";
import { asSentence } from "../shared/words/sentence.ts";
import { BACKEND_NAMES } from "./backend-names.ts";
import { BundledModels } from "./BundledModels.tsx";
import { AdapterGroup } from "./AdapterGroup.tsx";
import { AllCores } from "./AllCores.tsx";
import { OtherCheckpoint } from "./OtherCheckpoint.tsx";
import { StoredModels } from "./StoredModels.tsx";

const DTYPE_NOTES = {
  q4: "4-bit weights, smallest",
  q8: "8-bit weights",
  f32: "weights not rounded, largest",
  stored: "weights as the file has them, bit for bit",
} satisfies Record<Dtype, string>;

const BACKEND_CHOICES = ["auto", ...BACKENDS] as const;

/** What can be said of the model that answers, and which other one can. */
export function ModelSheet({ close }: { readonly close: () => void }) {
  const { choice, dtype, backend, info, status } = useStore(model);
  return (
    <>
      {info && <Facts info={info} />}
      <button
        type="button"
        className="primary real-models"
        onClick={() => {
          close();
          openModels();
        }}
      >
        Open a real language model…
      </button>
      <BundledModels onChoose={close} />
      <SheetChoice
        label="Weights"
        options={dtypesOf(choice)}
        chosen={dtype}
        onChoose={(next) => void offerAgain({ dtype: next })}
        titleOf={(each) => DTYPE_NOTES[each]}
      />
      <SheetChoice
        label="Runs on"
        options={BACKEND_CHOICES}
        chosen={backend}
        onChoose={(next) => void offerAgain({ backend: next })}
        textOf={(each) => (each === "auto" ? "auto" : BACKEND_NAMES[each])}
      />
      {choice && status.kind !== "loading" && (
        <button
          type="button"
          className="sheet-item"
          onClick={() => {
            close();
            void offerAgain();
          }}
        >
          Load {modelLabel(choice)} again
        </button>
      )}
      <StoredModels onChoose={close} />
      <AdapterGroup onChoose={close} />
      <OtherCheckpoint
        onSearch={close}
        onChoose={(next) => {
          close();
          void offerModel(next);
        }}
      />
    </>
  );
}

function Facts({ info }: { readonly info: ModelInfo }) {
  return (
    <div className="sheet-group model-facts">
      <p>
        {info.family}, {info.layers} layers × {info.heads} heads, {grouped(info.neurons)} neurons a layer,{" "}
        {grouped(info.vocabulary)} tokens, context {info.context}
      </p>
      <p className="faint">
        {megabytes(info.bytes.read)} read, {megabytes(info.bytes.weights)} of weights, ready in{" "}
        {Math.round(info.loadMs)} ms
        {info.adapter && `, on ${info.adapter}`}
        {info.threads !== undefined && `, on ${info.threads === 1 ? "one thread" : `${info.threads} threads`}`}
      </p>
      {info.backend === "wasm" && <AllCores />}
      {info.proof?.isTrusted && (
        <p className="faint">
          This GPU agrees with float64 to {agreementText(info.proof.difference)}; it was farthest in {info.proof.at}.
        </p>
      )}
      <SourceLine info={info} />
      {info.format === "GGUF" && <p className="faint">{ggufSentence(info)}</p>}
      {[...info.sourceNotes, info.backendNote].filter(Boolean).map((note) => (
        <p key={note} className="faint">
          {asSentence(note)}
        </p>
      ))}
    </div>
  );
}

/** What the file has of types, and how far llama.cpp's numbers are from those here where both multiply by the same weights. */
function ggufSentence({ storedAs, dtype }: ModelInfo): string {
  const types = storedAs.map(({ type, tensors }) => `${tensors} ${tensors === 1 ? "tensor" : "tensors"} in ${type}`);
  const found = `In GGUF: ${types.join(", ")}.`;
  if (dtype === "q4" || dtype === "q8") return `${found} Here they are quantised anew, in ${dtype}.`;
  return storedAs.every(({ type }) => UNQUANTISED.has(type))
    ? found
    : `${found} llama.cpp rounds activations besides, so that its numbers differ by some 0.05 logits.`;
}

const UNQUANTISED: ReadonlySet<string> = new Set(["F32", "F16", "BF16"]);

/** Commits are told apart by their beginning, as git shows them. */
const SHOWN_COMMIT_CHARACTERS = 10;

function SourceLine({ info: { source, format } }: { readonly info: Pick<ModelInfo, "source" | "format"> }) {
  const { kind, name, revision, requested } = source;
  if (kind === "files") {
    const what = format === "GGUF" ? "file" : "folder";
    return (
      <p className="faint">
        From the {what} “{name}” on this machine; its bytes do not leave it.
      </p>
    );
  }
  if (kind === "url" || revision === undefined) return <p className="faint">From {name}</p>;
  return (
    <p className="faint">
      {hubPath(source)} at commit <code title={revision}>{revision.slice(0, SHOWN_COMMIT_CHARACTERS)}</code>
      {requested !== revision && <> ({requested})</>}
    </p>
  );
}

/** A choice with its name beside it. */
function SheetChoice<Option extends string>(props: ChoiceGroupProps<Option>) {
  return (
    <div className="sheet-choice">
      <span className="sheet-label" aria-hidden="true">
        {props.label}
      </span>
      <ChoiceGroup {...props} />
    </div>
  );
}

import { useStore } from "zustand";
import { countOf, megabytes } from "#charts/number-format.ts";
import { BACKENDS, DTYPES } from "#model/checkpoint.ts";
import type { Backend, Dtype } from "#model/checkpoint.ts";
import { changeModel, reloadModel } from "#state/loading.ts";
import { model } from "#state/model.ts";
import type { ModelState } from "#state/model.ts";
import type { ModelInfo } from "#state/run/results.ts";
import { Menu } from "../shared/Menu.tsx";
import { asSentence } from "../shared/sentence.ts";
import { BACKEND_NAMES } from "./backend-names.ts";
import { AdapterGroup } from "./AdapterGroup.tsx";
import { OtherCheckpoint } from "./OtherCheckpoint.tsx";

const DTYPE_NOTES = {
  q4: "4-bit weights, smallest",
  q8: "8-bit weights",
  f32: "weights as trained",
} satisfies Record<Dtype, string>;

const BACKEND_CHOICES = ["auto", ...BACKENDS] as const;

/** Which model answers, held and run how; and the way to change that. */
export function ModelMenu() {
  const state = useStore(model);
  const { choice, dtype, backend, info, status } = state;
  return (
    <Menu name={`Model: ${chipText(state)}`} className="model-chip" label={<span>{chipText(state)}</span>}>
      {(close) => (
        <>
          {info && <Facts info={info} />}
          <Choice
            name="Weights"
            chosen={dtype}
            options={DTYPES.map((value) => ({ value, label: value, note: DTYPE_NOTES[value] }))}
            onChoose={(next: Dtype) => void reloadModel({ dtype: next })}
          />
          <Choice
            name="Runs on"
            chosen={backend}
            options={BACKEND_CHOICES.map((value) => ({
              value,
              label: value === "auto" ? "auto" : BACKEND_NAMES[value],
              note: "",
            }))}
            onChoose={(next: Backend | "auto") => void reloadModel({ backend: next })}
          />
          {choice && status.kind !== "loading" && (
            <button
              type="button"
              className="sheet-item"
              onClick={() => {
                close();
                void reloadModel();
              }}
            >
              Load {choice.id} again
            </button>
          )}
          <AdapterGroup onChoose={close} />
          <OtherCheckpoint
            onChoose={(next) => {
              close();
              void changeModel(next);
            }}
          />
        </>
      )}
    </Menu>
  );
}

/** `abacus · 3.2 M · q8 · WebGPU` */
function chipText({ choice, dtype, backend, info, status }: ModelState): string {
  const name = choice?.id ?? "no model";
  if (status.kind === "ready" && info) {
    return `${info.name} · ${countOf(info.parameters)} · ${info.dtype} · ${BACKEND_NAMES[info.backend]}`;
  }
  const state = { nothing: "not loaded", offered: "not loaded", loading: "loading", ready: "", failed: "failed" }[
    status.kind
  ];
  return [name, dtype, backend === "auto" ? "" : BACKEND_NAMES[backend], state].filter(Boolean).join(" · ");
}

function Facts({ info }: { readonly info: ModelInfo }) {
  return (
    <div className="sheet-group model-facts">
      <p>
        {info.family}, {info.layers} layers × {info.heads} heads, {info.neurons.toLocaleString("en")} neurons a layer,{" "}
        {info.vocabulary.toLocaleString("en")} tokens, context {info.context}
      </p>
      <p className="faint">
        {megabytes(info.bytes.read)} read, {megabytes(info.bytes.weights)} of weights, ready in{" "}
        {Math.round(info.loadMs)} ms
        {info.adapter && `, on ${info.adapter}`}
      </p>
      {info.backendNote && <p className="faint">{asSentence(info.backendNote)}</p>}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly chosen: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly note: string }[];
  readonly onChoose: (value: T) => void;
}

function Choice<T extends string>({ name, chosen, options, onChoose }: ChoiceProps<T>) {
  return (
    <div className="sheet-choice">
      <span className="sheet-label" aria-hidden="true">
        {name}
      </span>
      <span role="group" aria-label={name} className="choice">
        {options.map(({ value, label, note }) => (
          <button
            key={value}
            type="button"
            aria-pressed={value === chosen}
            title={note}
            onClick={() => onChoose(value)}
          >
            {label}
          </button>
        ))}
      </span>
    </div>
  );
}

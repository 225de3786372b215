import { useId, useState } from "react";
import { useStore } from "zustand";
import { PATCH_DIRECTIONS, PATCH_METRICS, PATCH_SITES } from "#protocol/patching.ts";
import type { PatchMetric, PatchSite } from "#protocol/patching.ts";
import { editPatch, patchForm, suggestedCorrupted } from "#state/lab/patch-form.ts";
import { drawPatches } from "#state/lab/patching.ts";
import { model, exampleParts } from "#state/model/model.ts";
import { question, choosePrompt, setPrompt } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { Menu } from "../shared/controls/Menu.tsx";
import { Complaint, complains } from "../shared/text/use-typed.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { PAIRS } from "./pairs.ts";
import { METRIC_NAMES, SITE_NAMES, metricOf } from "./patch-words.ts";
import { ChoiceGroup } from "../shared/controls/ChoiceGroup.tsx";

/** Which two prompts, what is carried from one into the other, and by what it is judged. */
export function PatchForm() {
  const form = useStore(patchForm);
  const prompt = useStore(question, (state) => state.prompt);
  const isReady = useStore(model, (state) => state.status.kind === "ready");
  const id = useId();
  const [wrong, setWrong] = useState<{ readonly form: object; readonly complaint: string }>();
  // about what was typed then: another text is not complained of
  const complaint = wrong?.form === form ? wrong.complaint : undefined;
  return (
    <form
      className="lab-form patch-form"
      onSubmit={(event) => {
        event.preventDefault();
        const found = drawPatches();
        setWrong(found === undefined ? undefined : { form, complaint: found });
      }}
    >
      <TextField label="clean" className="pair" value={prompt} onChange={setPrompt} />
      <TextField
        label="corrupted"
        className="pair"
        value={form.corrupted}
        placeholder={suggestedCorrupted(prompt)}
        onChange={(corrupted) => editPatch({ corrupted })}
        {...complains(id, complaint)}
      />
      <PairMenu />
      <label>
        <span>patch</span>
        <select value={form.site} onChange={(event) => editPatch({ site: event.target.value as PatchSite })}>
          {PATCH_SITES.map((site) => (
            <option key={site} value={site}>
              {SITE_NAMES[site]}
            </option>
          ))}
        </select>
      </label>
      {form.site === "z" && <PositionField />}
      {form.site === "post" && (
        <TextField
          label="neurons"
          value={form.neurons}
          placeholder={exampleParts().neuron}
          onChange={(neurons) => editPatch({ neurons })}
        />
      )}
      <ChoiceGroup
        label="Direction"
        options={PATCH_DIRECTIONS}
        chosen={form.direction}
        onChoose={(direction) => editPatch({ direction })}
        titleOf={(direction) => DIRECTION_TITLES[direction]}
      />
      <Answers />
      <button type="submit" className="primary" disabled={!isReady}>
        Patch
      </button>
      <Complaint id={id} text={complaint} />
    </form>
  );
}

const DIRECTION_TITLES = {
  denoise: "Clean activations into the corrupted prompt: what is enough to bring the answer back",
  noise: "Corrupted activations into the clean prompt: what the answer needs",
} as const;

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly className?: string;
}

function TextField({ label, value, onChange, ...more }: TextFieldProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        spellCheck={false}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        {...more}
      />
    </label>
  );
}

/** Left empty, each prompt's own first token. */
function Answers() {
  const form = useStore(patchForm);
  const { right, wrong } = form;
  const hasOne = right !== "" && wrong === "";
  const own = useStore(results, (slots) => slots.prediction.value?.top[0]?.text);
  return (
    <>
      <TextField
        label="right"
        className="answer"
        value={right}
        placeholder={own === undefined ? "its own" : tokenText(own)}
        onChange={(text) => editPatch({ right: text })}
      />
      <TextField
        label="wrong"
        className="answer"
        value={wrong}
        placeholder="its own"
        onChange={(text) => editPatch({ wrong: text })}
      />
      <label>
        <span>by</span>
        <select
          value={metricOf(form)}
          onChange={(event) => {
            const chosen = event.target.value as PatchMetric;
            editPatch({ metric: chosen === PATCH_METRICS[0] ? undefined : chosen });
          }}
        >
          {PATCH_METRICS.map((each) => (
            <option key={each} value={each} disabled={hasOne && each === PATCH_METRICS[0]}>
              {METRIC_NAMES[each]}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function PositionField() {
  const position = useStore(patchForm, (state) => state.position);
  const tokens = useStore(results, (slots) => slots.prediction.value?.tokens);
  const named = (tokens ?? []).map(({ text }, at) => ({ at, text: `${at} (${tokenText(text)})` }));
  const isKnown = position === undefined || position < named.length;
  return (
    <label>
      <span>at</span>
      <select
        value={position ?? ""}
        onChange={(event) =>
          editPatch({ position: event.target.value === "" ? undefined : Number(event.target.value) })
        }
      >
        <option value="">all positions</option>
        {[...named, ...(isKnown ? [] : [{ at: position, text: String(position) }])].map(({ at, text }) => (
          <option key={at} value={at}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function PairMenu() {
  return (
    <Menu label="pairs" className="examples">
      {(close) =>
        PAIRS.map(({ name, pairs }) => (
          <div key={name} role="group" aria-label={name} className="sheet-group">
            <p className="sheet-title">{name}</p>
            {pairs.map(({ clean, corrupted, note }) => (
              <button
                key={`${clean} ${corrupted}`}
                type="button"
                className="sheet-item"
                onClick={() => {
                  choosePrompt(clean);
                  editPatch({ corrupted, right: "", wrong: "", position: undefined });
                  close();
                }}
              >
                <code>
                  {clean} / {corrupted}
                </code>
                <span className="faint">{note}</span>
              </button>
            ))}
          </div>
        ))
      }
    </Menu>
  );
}

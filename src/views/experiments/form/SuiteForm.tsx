import type { ReactNode } from "react";
import { useStore } from "zustand";
import {
  ALL_CASES,
  editExperiment,
  experimentForm,
  INPUTS,
  inputsOf,
  PASTED,
  suiteName,
} from "#state/experiments/form/form.ts";
import type { ExperimentForm, ExperimentKind, InputName } from "#state/experiments/form/form.ts";
import { conceptWords } from "#state/experiments/form/concept-words.ts";
import { suites } from "#state/experiments/suites.ts";
import type { SuiteDefinition } from "#state/experiments/suites.ts";
import { suggestedHead } from "#state/experiments/form/request.ts";
import { formatHead } from "#model/ids.ts";
import { LongTextNote } from "../../shared/text/LongTextNote.tsx";
import { useLongText } from "../../shared/text/use-long-text.ts";
import { AdapterFields } from "./AdapterFields.tsx";

/** Cases of each group that are offered. */
const COUNTS: readonly number[] = [5, 10, 20, 50, 100, 400];

interface Shown {
  readonly form: ExperimentForm;
  /** The suites of the experiment's kind, and the chosen one of them. */
  readonly offered: readonly SuiteDefinition[];
  readonly chosen: SuiteDefinition | undefined;
  /** All inputs of the experiment. */
  readonly inputs: ReadonlySet<InputName>;
}

/** Which cases, and how they are counted: the inputs of the experiment's fields. */
export function SuiteForm({ kind }: { readonly kind: ExperimentKind }) {
  const form = useStore(experimentForm);
  const list = useStore(suites, (state) => state.list);
  const inputs = inputsOf(kind);
  const offered = list.filter((suite) => inputs.has(inputFor(suite)));
  const chosen = offered.find(({ name }) => name === suiteName(form));
  const shown = { form, offered, chosen, inputs };
  return (
    <form className="lab-form experiment-form" aria-label="Suite" onSubmit={(event) => event.preventDefault()}>
      {[...inputs].map((name) => (
        <ExperimentInput key={name} name={name} {...shown} />
      ))}
      {suiteName(form) === PASTED ? (
        <PastedText
          of={inputs.has("contrasts") ? "contrasts" : inputs.has("pairs") ? "pairs" : "cases"}
          text={form.text}
        />
      ) : (
        <p className="small faint about">{chosen?.about}</p>
      )}
    </form>
  );
}

/** The input that offers a suite. */
function inputFor({ pair, contrasts }: SuiteDefinition): InputName {
  if (contrasts) return "contrasts";
  return pair ? "pairs" : "suite";
}

/** An input as it is drawn where nothing of its own is, nothing for one that does not count as the form stands. */
function ExperimentInput({ name, ...shown }: Shown & { readonly name: InputName }) {
  const { form, inputs } = shown;
  const { label, control } = INPUTS[name];
  const set = (value: unknown) => editExperiment({ [name]: value });
  const isPasted = suiteName(form) === PASTED;
  if (isPasted && (name === "count" || name === "seed")) return null;
  if (name === "head" && inputs.has("ranking") && form.ranking !== "head") return null;
  switch (control.as) {
    case "choice":
      return (
        <Select label={label} value={String(form[name])} options={Object.entries(control.options)} onChoose={set} />
      );
    case "flag":
      return (
        <label>
          <input type="checkbox" checked={form[name] === true} onChange={({ target }) => set(target.checked)} />
          <span>{label}</span>
        </label>
      );
    case "number":
      return (
        <label>
          <span>{label}</span>
          <input
            type="number"
            className="scale-number"
            step={control.step}
            min={control.least}
            max={control.most}
            value={Number(form[name])}
            onChange={({ target: { valueAsNumber: typed } }) => {
              const isWhole = control.step !== 1 || Number.isInteger(typed);
              if (isWhole && typed >= control.least && typed <= control.most) set(typed);
            }}
          />
        </label>
      );
    case "own":
      return OWN[name]?.(shown);
    default:
      throw new Error(`input: unknown control ${String(control satisfies never)}`);
  }
}

interface SelectProps {
  readonly label: string;
  readonly value: string | number;
  readonly options: readonly (readonly [value: string | number, text: string])[];
  readonly onChoose: (value: string) => void;
}

const Select = ({ label, value, options, onChoose }: SelectProps) => (
  <label>
    <span>{label}</span>
    <select value={value} onChange={({ target }) => onChoose(target.value)}>
      {options.map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  </label>
);

const titled = (offered: readonly SuiteDefinition[]) => offered.map(({ name, title }) => [name, title] as const);

/** Inputs that are drawn in a way of their own. */
const OWN: { readonly [Name in InputName]?: (shown: Shown) => ReactNode } = {
  suite: ({ form, offered }) => (
    <Select
      label={INPUTS.suite.label}
      value={form.suite}
      options={[...titled(offered), [PASTED, "Paste your own"]]}
      onChoose={(suite) => editExperiment({ suite })}
    />
  ),
  pairs: ({ form, offered, chosen }) => (
    <>
      <Select
        label={INPUTS.pairs.label}
        value={form.pairs}
        options={[...titled(offered), [PASTED, "Edit your own"]]}
        onChoose={(pairs) => editExperiment({ pairs })}
      />
      {chosen && (
        <button type="button" onClick={() => editExperiment({ pairs: PASTED, text: JSON.stringify(chosen, null, 1) })}>
          Edit prompts and words
        </button>
      )}
    </>
  ),
  contrasts: ({ form, offered, chosen }) => (
    <>
      <Select
        label={INPUTS.contrasts.label}
        value={form.contrasts}
        options={[...titled(offered), [PASTED, "Edit your own"]]}
        onChoose={(contrasts) => editExperiment({ contrasts })}
      />
      {chosen && (
        <button
          type="button"
          onClick={() => editExperiment({ contrasts: PASTED, text: JSON.stringify(chosen, null, 1) })}
        >
          Edit the pairs
        </button>
      )}
    </>
  ),
  foundOn: ({ form, offered }) => (
    <Select
      label={INPUTS.foundOn.label}
      value={form.foundOn}
      options={titled(offered)}
      onChoose={(foundOn) => editExperiment({ foundOn })}
    />
  ),
  count: ({ form: { count }, inputs }) => (
    <Select
      label={inputs.has("pairs") ? "words of each" : INPUTS.count.label}
      value={count}
      options={[
        ...[...new Set([...COUNTS, count])]
          .filter((each) => each !== ALL_CASES)
          .sort((a, b) => a - b)
          .map((each) => [each, String(each)] as const),
        [ALL_CASES, "all"],
      ]}
      onChoose={(value) => editExperiment({ count: Number(value) })}
    />
  ),
  head: ({ form }) => (
    <label>
      <span>{INPUTS.head.label}</span>
      <input
        className="short"
        placeholder={formatHead(suggestedHead())}
        value={form.head}
        spellCheck={false}
        onChange={(event) => editExperiment({ head: event.target.value })}
      />
    </label>
  ),
  words: ({ form }) => <ConceptWords words={form.words} />,
  adapters: ({ form }) => <AdapterFields text={form.adapters} />,
};

interface LinesProps {
  readonly label: string;
  readonly rows: number;
  readonly value: string;
  readonly placeholder?: string;
  readonly onType: (text: string) => void;
}

function Lines({ label, rows, value, placeholder, onType }: LinesProps) {
  const field = useLongText(value, onType);
  return (
    <>
      <label className="words">
        <span>{label}</span>
        <textarea rows={rows} spellCheck={false} placeholder={placeholder} {...field.props} />
      </label>
      <LongTextNote field={field} />
    </>
  );
}

/** What counts as a concept; the list that comes with the page until somebody types another. */
function ConceptWords({ words }: { readonly words: string }) {
  const list = useStore(conceptWords, (state) => state.list);
  return (
    <Lines
      label={INPUTS.words.label}
      rows={3}
      value={words === "" ? list.join(" ") : words}
      onType={(typed) => editExperiment({ words: typed })}
    />
  );
}

const PAIR_EXAMPLE = `{
 "pair": {
  "sides": ["woman", "man"],
  "templates": [{ "prompt": "A {x} works as a", "answer": "{y}" }],
  "words": { "woman": ["nurse"], "man": ["guard"] }
 }
}`;

const CONTRAST_EXAMPLE = `{
 "contrasts": [{ "group": "operator", "rows": [["9-4=", "5", "9+4=", "13"]] }]
}`;

/** Words for what is pasted, by what the experiment is of. */
const PASTED_AS = {
  cases: {
    label: 'a case a line: prompt,answer,group or {"prompt": "3+5=", "answer": "8", "group": "+"}',
    rows: 6,
    placeholder: "3+5=,8,+\n9-4=,5,-",
  },
  pairs: {
    label:
      "{x} stands for a side, {y} for a word; each has to be in the prompt or in the answer. Neurons are found under the first template.",
    rows: 10,
    placeholder: PAIR_EXAMPLE,
  },
  contrasts: {
    label: "Each row: the clean prompt, its answer, the corrupted prompt, its answer; both prompts of as many tokens.",
    rows: 10,
    placeholder: CONTRAST_EXAMPLE,
  },
} as const;

/** A case a line, or the definition of pairs as the files have it. */
const PastedText = ({ of, text }: { readonly of: keyof typeof PASTED_AS; readonly text: string }) => (
  <Lines {...PASTED_AS[of]} value={text} onType={(typed) => editExperiment({ text: typed })} />
);

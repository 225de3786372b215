import { useStore } from "zustand";
import {
  ABLATIONS,
  ALL_CASES,
  editExperiment,
  experimentForm,
  isAblating,
  PASTED,
  suiteName,
} from "#state/experiments/form.ts";
import type { Ablation, ExperimentKind } from "#state/experiments/form.ts";
import { conceptWords } from "#state/experiments/concept-words.ts";
import { suites } from "#state/experiments/suites.ts";
import { suggestedHead } from "#state/experiments/runs.ts";
import { formatHead } from "#model/ids.ts";
import { ABLATION_TEXTS } from "./ablation-texts.ts";
import { AdapterFields } from "./AdapterFields.tsx";
import { PairFields, PairText } from "./PairFields.tsx";
import { PruningFields } from "./PruningFields.tsx";

/** Cases of each group that are offered. */
const COUNTS = [5, 10, 20, 50, 100, 400, ALL_CASES] as const;
const MAX_SEED = 999_999;

/** Which cases, and how they are counted. */
export function SuiteForm({ kind }: { readonly kind: ExperimentKind }) {
  const form = useStore(experimentForm);
  const list = useStore(suites, (state) => state.list);
  const name = suiteName(form);
  const offered = list.filter(({ pair }) => (pair !== undefined) === (kind === "bias"));
  const chosen = offered.find((each) => each.name === name);
  return (
    <form className="lab-form experiment-form" aria-label="Suite" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>suite</span>
        <select
          value={name}
          onChange={({ target: { value } }) => editExperiment(kind === "bias" ? { pairs: value } : { suite: value })}
        >
          {offered.map((each) => (
            <option key={each.name} value={each.name}>
              {each.title}
            </option>
          ))}
          <option value={PASTED}>{kind === "bias" ? "Edit your own" : "Paste your own"}</option>
        </select>
      </label>
      {name !== PASTED && (
        <SampleFields what={kind === "bias" ? "words" : "cases"} count={form.count} seed={form.seed} />
      )}
      {(kind === "heads" || kind === "pruning" || kind === "adapters") && (
        <label>
          <span>accuracy per</span>
          <select
            value={form.per}
            onChange={(event) => editExperiment({ per: event.target.value === "answer" ? "answer" : "token" })}
          >
            <option value="token">answer token</option>
            <option value="answer">whole answer</option>
          </select>
        </label>
      )}
      {kind === "pruning" && <PruningFields offered={offered} foundOn={form.foundOn} ranking={form.ranking} />}
      {(kind === "neurons" || (kind === "pruning" && form.ranking === "head")) && (
        <label>
          <span>head off</span>
          <input
            className="short"
            placeholder={formatHead(suggestedHead())}
            value={form.head}
            spellCheck={false}
            onChange={(event) => editExperiment({ head: event.target.value })}
          />
        </label>
      )}
      {kind === "concepts" && <ConceptWords words={form.words} />}
      {kind === "adapters" && <AdapterFields text={form.adapters} />}
      {isAblating(kind) && <AblationField ablation={form.ablation} />}
      {kind === "bias" ? (
        <PairFields scale={form.scale} chosen={chosen} />
      ) : (
        <label>
          <input
            type="checkbox"
            checked={form.onlyCorrect}
            onChange={(event) => editExperiment({ onlyCorrect: event.target.checked })}
          />
          <span>only correct ones</span>
        </label>
      )}
      {name !== PASTED && <p className="small faint about">{chosen?.about}</p>}
      {name === PASTED && (kind === "bias" ? <PairText text={form.text} /> : <PastedText text={form.text} />)}
    </form>
  );
}

/** What takes the place of a head or neuron that is switched off. */
function AblationField({ ablation }: { readonly ablation: Ablation }) {
  return (
    <label>
      <span>switched off</span>
      <select
        value={ablation}
        title={ABLATION_TEXTS[ablation].says}
        onChange={({ target }) =>
          editExperiment({ ablation: ABLATIONS.find((each) => each === target.value) ?? "zero" })
        }
      >
        {ABLATIONS.map((each) => (
          <option key={each} value={each}>
            {ABLATION_TEXTS[each].choice}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SampleFieldsProps {
  readonly what: string;
  readonly count: number;
  readonly seed: number;
}

function SampleFields({ what, count, seed }: SampleFieldsProps) {
  const counts: readonly number[] = COUNTS;
  return (
    <>
      <label>
        <span>{what} of each</span>
        <select value={count} onChange={(event) => editExperiment({ count: Number(event.target.value) })}>
          {[...new Set([...counts.slice(0, -1), count].filter((each) => each !== ALL_CASES))]
            .sort((a, b) => a - b)
            .map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          <option value={ALL_CASES}>all</option>
        </select>
      </label>
      <label>
        <span>seed</span>
        <input
          type="number"
          className="scale-number"
          min={0}
          max={MAX_SEED}
          value={seed}
          onChange={(event) => {
            const typed = event.target.valueAsNumber;
            if (Number.isInteger(typed) && typed >= 0 && typed <= MAX_SEED) editExperiment({ seed: typed });
          }}
        />
      </label>
    </>
  );
}

/** What counts as a concept; the list that comes with the page until somebody types another. */
function ConceptWords({ words }: { readonly words: string }) {
  const list = useStore(conceptWords, (state) => state.list);
  return (
    <label className="words">
      <span>concepts, one word after another; each counts where it is one token</span>
      <textarea
        rows={3}
        spellCheck={false}
        value={words === "" ? list.join(" ") : words}
        onChange={(event) => editExperiment({ words: event.target.value })}
      />
    </label>
  );
}

function PastedText({ text }: { readonly text: string }) {
  return (
    <label className="words">
      <span>a case a line: prompt,answer,group or {'{"prompt": "3+5=", "answer": "8", "group": "+"}'}</span>
      <textarea
        rows={6}
        spellCheck={false}
        value={text}
        placeholder={"3+5=,8,+\n9-4=,5,-"}
        onChange={(event) => editExperiment({ text: event.target.value })}
      />
    </label>
  );
}

import { MAX_SCALE } from "#model/interventions.ts";
import { editExperiment, PASTED } from "#state/experiments/form.ts";
import type { SuiteDefinition } from "#state/experiments/suites.ts";

interface PairFieldsProps {
  readonly scale: number;
  readonly chosen: SuiteDefinition | undefined;
}

/** What the neurons of a bias are multiplied by, and a way to change templates and words. */
export function PairFields({ scale, chosen }: PairFieldsProps) {
  return (
    <>
      <label>
        <span>multiply by</span>
        <input
          type="number"
          className="scale-number"
          step={0.1}
          min={-MAX_SCALE}
          max={MAX_SCALE}
          value={scale}
          onChange={(event) => {
            const typed = event.target.valueAsNumber;
            if (Math.abs(typed) <= MAX_SCALE) editExperiment({ scale: typed });
          }}
        />
      </label>
      {chosen && (
        <button type="button" onClick={() => editExperiment({ pairs: PASTED, text: JSON.stringify(chosen, null, 1) })}>
          Edit prompts and words
        </button>
      )}
    </>
  );
}

const EXAMPLE = `{
 "pair": {
  "sides": ["woman", "man"],
  "templates": [{ "prompt": "A {x} works as a", "answer": "{y}" }],
  "words": { "woman": ["nurse"], "man": ["guard"] }
 }
}`;

/** The definition as the files have it. */
export function PairText({ text }: { readonly text: string }) {
  return (
    <label className="words">
      <span>
        {
          "{x} stands for a side, {y} for a word; each has to be in the prompt or in the answer. Neurons are found under the first template."
        }
      </span>
      <textarea
        rows={10}
        spellCheck={false}
        value={text}
        placeholder={EXAMPLE}
        onChange={(event) => editExperiment({ text: event.target.value })}
      />
    </label>
  );
}

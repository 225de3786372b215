import { useStore } from "zustand";
import { model } from "#state/model/model.ts";
import { shipped, shippedModel } from "#state/model/shipped.ts";
import { choosePrompt, question } from "#state/question.ts";
import { pursueNow } from "#state/run/session.ts";
import { EXAMPLE_DTYPE, EXAMPLE_STAGES, stagesText } from "./example-stages.ts";
import { EXAMPLES } from "./examples.ts";
import { ModelPrompts } from "./ModelPrompts.tsx";

const STAGES_NOTE =
  "Stages: which of the chain’s four have evidence here, by zero / by the mean over other numbers. 1 shallow neurons enhance features, 2 attention hands them on, 3 a head predicts, 4 deep neurons enhance the prediction.";

/** The prompts that can be chosen, those for the model at hand first. */
export function ExampleSheet({ close }: { readonly close: () => void }) {
  const choose = (prompt: string) => {
    choosePrompt(prompt);
    pursueNow();
    close();
  };
  const state = useStore(model);
  const id = useStore(shipped, (known) => shippedModel(known, state)?.id);
  const isBase = useStore(question, ({ variant = "base" }) => variant === "base");
  const stages = isBase && state.dtype === EXAMPLE_DTYPE && id !== undefined ? EXAMPLE_STAGES[id] : undefined;
  return (
    <>
      <ModelPrompts onChoose={choose} />
      {stages && <p className="sheet-note small">{STAGES_NOTE}</p>}
      {EXAMPLES.map(({ name, examples }) => (
        <div key={name} role="group" aria-label={name} className="sheet-group">
          <p className="sheet-title">{name}</p>
          {examples.map(({ prompt, note }) => (
            <button key={prompt} type="button" className="sheet-item" onClick={() => choose(prompt)}>
              <code>{prompt}</code>
              <span className="faint">{note}</span>
              {stages?.[prompt] && <span className="faint">stages {stagesText(stages[prompt])}</span>}
            </button>
          ))}
        </div>
      ))}
    </>
  );
}

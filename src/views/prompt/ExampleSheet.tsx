import { choosePrompt } from "#state/question.ts";
import { pursueNow } from "#state/run/session.ts";
import { EXAMPLES } from "./examples.ts";
import { ModelPrompts } from "./ModelPrompts.tsx";

/** The prompts that can be chosen, those for the model at hand first. */
export function ExampleSheet({ close }: { readonly close: () => void }) {
  const choose = (prompt: string) => {
    choosePrompt(prompt);
    pursueNow();
    close();
  };
  return (
    <>
      <ModelPrompts onChoose={choose} />
      {EXAMPLES.map(({ name, examples }) => (
        <div key={name} role="group" aria-label={name} className="sheet-group">
          <p className="sheet-title">{name}</p>
          {examples.map(({ prompt, note }) => (
            <button key={prompt} type="button" className="sheet-item" onClick={() => choose(prompt)}>
              <code>{prompt}</code>
              <span className="faint">{note}</span>
            </button>
          ))}
        </div>
      ))}
    </>
  );
}

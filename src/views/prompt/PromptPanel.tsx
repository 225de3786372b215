import { Suspense } from "react";
import { useStore } from "zustand";
import { choosePrompt, endStep, question, setPrompt } from "#state/question.ts";
import { pursueNow } from "#state/run/session.ts";
import { Guard } from "../shared/Guard.tsx";
import { later } from "../shared/later.tsx";
import { laterPart } from "../shared/later.tsx";
import { Menu } from "../shared/Menu.tsx";
import { useLongText } from "../shared/text/use-long-text.ts";
import { EXAMPLES } from "./examples.ts";
import { TargetMenu } from "./TargetMenu.tsx";
import { TokenStrip } from "./TokenStrip.tsx";
import "./prompt.css";

const LongTextNote = laterPart(
  "the place in the long text",
  async () => (await import("../shared/text/LongTextNote.tsx")).LongTextNote,
);

/** Asked for when the menu is opened. */
const MODEL_PROMPTS = later(async () => (await import("./ModelPrompts.tsx")).ModelPrompts);

export const PROMPT_INPUT_ID = "prompt-text";

/** The question: a prompt, kept to the letter as typed, and the token asked about. */
export function PromptPanel() {
  const prompt = useStore(question, (state) => state.prompt);
  const field = useLongText(prompt, setPrompt);
  return (
    <section aria-label="Prompt" className="prompt">
      <div className="prompt-line">
        <textarea
          id={PROMPT_INPUT_ID}
          className="prompt-text"
          aria-label="Prompt"
          aria-describedby="prompt-hint"
          rows={1}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          placeholder="Type a prompt, as 3+5="
          {...field.props}
          onBlur={endStep}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            endStep();
            pursueNow();
          }}
        />
        <span id="prompt-hint" className="visually-hidden">
          Enter asks at once, Shift and Enter begins a new line.
        </span>
        <div className="prompt-menus">
          <ExampleMenu />
          <TargetMenu />
        </div>
      </div>
      {!field.isWhole && <LongTextNote field={field} />}
      <TokenStrip />
    </section>
  );
}

function ExampleMenu() {
  const choose = (prompt: string) => {
    choosePrompt(prompt);
    pursueNow();
  };
  return (
    <Menu label="examples" className="examples">
      {(close) => (
        <>
          <Guard what="how this model reads numbers" onAgain={MODEL_PROMPTS.renew}>
            <Suspense fallback={null}>
              <MODEL_PROMPTS.Panel
                onChoose={(prompt) => {
                  choose(prompt);
                  close();
                }}
              />
            </Suspense>
          </Guard>
          {EXAMPLES.map(({ name, examples }) => (
            <div key={name} role="group" aria-label={name} className="sheet-group">
              <p className="sheet-title">{name}</p>
              {examples.map(({ prompt, note }) => (
                <button
                  key={prompt}
                  type="button"
                  className="sheet-item"
                  onClick={() => {
                    choose(prompt);
                    close();
                  }}
                >
                  <code>{prompt}</code>
                  <span className="faint">{note}</span>
                </button>
              ))}
            </div>
          ))}
        </>
      )}
    </Menu>
  );
}

import { useStore } from "zustand";
import { endStep, question, setPrompt } from "#state/question.ts";
import { pursueNow } from "#state/run/session.ts";
import { laterPart } from "../shared/later.tsx";
import { Menu } from "../shared/controls/Menu.tsx";
import { useLongText } from "../shared/text/use-long-text.ts";
import { TargetMenu } from "./TargetMenu.tsx";
import { TokenStrip } from "./TokenStrip.tsx";
import "./prompt.css";

const LongTextNote = laterPart(
  "the place in the long text",
  async () => (await import("../shared/text/LongTextNote.tsx")).LongTextNote,
);

const ExampleSheet = laterPart("the menu of examples", async () => (await import("./ExampleSheet.tsx")).ExampleSheet);

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
  return (
    <Menu label="examples" className="examples">
      {(close) => <ExampleSheet close={close} />}
    </Menu>
  );
}

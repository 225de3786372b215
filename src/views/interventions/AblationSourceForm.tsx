import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { question, setAblationSource } from "#state/question.ts";
import { MAX_ABLATION_SOURCE, otherNumbers } from "#state/ablation-source.ts";
import { grouped } from "#core/grouped.ts";
import { ablationWords } from "../shared/words/ablation-words.ts";
import { LongTextNote } from "../shared/text/LongTextNote.tsx";
import { useLongText } from "../shared/text/use-long-text.ts";

/** The prompts of a text, one a line; none of one that has more than can stand in. */
function promptsOf(text: string): { readonly prompts: readonly string[]; readonly isTooMany: boolean } {
  const prompts: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = text.indexOf("\n", from);
    const line = text.slice(from, end === -1 ? undefined : end);
    if (line !== "") prompts.push(line);
    if (prompts.length > MAX_ABLATION_SOURCE) return { prompts: [], isTooMany: true };
    from = end === -1 ? text.length : end + 1;
  }
  return { prompts, isTooMany: false };
}

/** What a part is where it is ablated: 0, or what it is in other prompts. */
export function AblationSourceForm() {
  const prompt = useStore(question, (state) => state.prompt);
  const ablationSource = useStore(question, (state) => state.ablationSource);
  // what is typed may have empty lines, which are no prompts
  const [draft, setDraft] = useState("");
  const [isOpen, setOpen] = useState(false);
  const isOther = ablationSource !== undefined || isOpen;
  const known = ablationSource?.join("\n") ?? "";
  const { prompts, isTooMany } = useMemo(() => promptsOf(draft), [draft]);
  const text = isTooMany || prompts.join("\n") === known ? draft : known;
  const edit = (typed: string, isKeptOpen = true) => {
    setDraft(typed);
    setOpen(isKeptOpen);
    setAblationSource(promptsOf(typed).prompts);
  };
  const field = useLongText(text, edit);
  const choose = (isOthers: boolean) => edit(isOthers ? otherNumbers(prompt).join("\n") : "", isOthers);
  return (
    <div className="ablation-source">
      <label>
        Off, a part is{" "}
        <select value={isOther ? "others" : "zero"} onChange={(event) => choose(event.target.value === "others")}>
          <option value="zero">0</option>
          <option value="others">as in other prompts</option>
        </select>
      </label>
      {isOther && (
        <>
          <textarea
            aria-label="Prompts that stand in, one a line"
            rows={Math.min(8, Math.max(3, text.slice(0, 2_000).split("\n").length))}
            spellCheck={false}
            placeholder="one prompt a line"
            {...field.props}
          />
          <LongTextNote field={field} />
          <p className="small">{isTooMany ? TOO_MANY : ablationSourceSentence(ablationSource)}</p>
        </>
      )}
    </div>
  );
}

const TOO_MANY = `There are more than ${grouped(MAX_ABLATION_SOURCE)} prompts; so many can stand in, a link carries no more. Until then what is off is 0.`;

function ablationSourceSentence(ablationSource: readonly string[] | undefined): string {
  if (!ablationSource) return "Type prompts of as many tokens as the one above. Until then it is 0.";
  const { name, becomes } = ablationWords(ablationSource);
  return `What is off ${becomes} (${name}); at ×0.5 it is half way there.`;
}

import { useState } from "react";
import { useStore } from "zustand";
import { question, setStandIns } from "#state/question.ts";
import { otherNumbers } from "#state/stand-ins.ts";
import { ablationWords } from "../shared/ablation-words.ts";

const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

/** What a part is where it is switched off: 0, or what it is in other prompts. */
export function StandInForm() {
  const prompt = useStore(question, (state) => state.prompt);
  const standIns = useStore(question, (state) => state.standIns);
  // what is typed may have empty lines, which are no prompts
  const [draft, setDraft] = useState("");
  const [isOpen, setOpen] = useState(false);
  const isOther = standIns !== undefined || isOpen;
  const known = standIns?.join("\n") ?? "";
  const text = linesOf(draft).join("\n") === known ? draft : known;
  const edit = (typed: string, isKeptOpen = true) => {
    setDraft(typed);
    setOpen(isKeptOpen);
    setStandIns(linesOf(typed));
  };
  const choose = (isOthers: boolean) => edit(isOthers ? otherNumbers(prompt).join("\n") : "", isOthers);
  return (
    <div className="stand-ins">
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
            rows={Math.min(8, Math.max(3, text.split("\n").length))}
            spellCheck={false}
            placeholder="one prompt a line"
            value={text}
            onChange={(event) => edit(event.target.value)}
          />
          <p className="small">{standInSentence(standIns)}</p>
        </>
      )}
    </div>
  );
}

function standInSentence(standIns: readonly string[] | undefined): string {
  if (!standIns) return "Type prompts of as many tokens as the one above. Until then it is 0.";
  const { name, becomes } = ablationWords(standIns);
  return `What is off ${becomes} (${name}); at ×0.5 it is half way there.`;
}

import { useStore } from "zustand";
import { results } from "#state/run/results.ts";
import { laterPart } from "../shared/later.tsx";
import { Menu } from "../shared/controls/Menu.tsx";
import { tokenText } from "../shared/words/token-text.ts";

const TargetSheet = laterPart("the menu of targets", async () => (await import("./TargetSheet.tsx")).TargetSheet);

/** Which token every number is about: the model's own answer, one of the runners-up, or any that is typed. */
export function TargetMenu() {
  const prediction = useStore(results, (slots) => slots.prediction.value);
  const text = prediction ? tokenText(prediction.target.text) : "…";
  return (
    <Menu
      name={`target: ${text}`}
      className="target"
      label={
        <>
          target: <code>{text}</code>
        </>
      }
    >
      {(close) => <TargetSheet close={close} />}
    </Menu>
  );
}

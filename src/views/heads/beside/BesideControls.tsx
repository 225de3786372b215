import { useStore } from "zustand";
import { clearReading, setReading, view } from "#state/view.ts";
import { OtherPrompt, OtherVariant } from "../../shared/text/CompareWith.tsx";
import "./beside.css";

/** A second map to stand beside the page's own: of another prompt, or of the other variant. */
export function BesideControls() {
  const other = useStore(view, (state) => state.reading.other);
  const otherVariant = useStore(view, (state) => state.reading.otherVariant);
  return (
    <div className="control-row beside-controls">
      <OtherPrompt
        other={other}
        onChoose={(prompt) => (prompt === undefined ? clearReading("other") : setReading({ other: prompt }))}
      />
      <OtherVariant
        chosen={otherVariant}
        onChoose={(variant) =>
          variant === undefined ? clearReading("otherVariant") : setReading({ otherVariant: variant })
        }
      />
    </div>
  );
}

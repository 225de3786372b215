import type { Intervention } from "#model/interventions.ts";
import { removeIntervention } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import { select } from "#state/view.ts";
import { ScaleSlider } from "../shared/controls/PartSwitch.tsx";
import { hookName, partName } from "../shared/words/part-name.ts";

/** Each part that is changed, by how much, and the way to undo it. */
export function InterventionList({ interventions }: { readonly interventions: readonly Intervention[] }) {
  return (
    <ul className="intervention-list">
      {interventions.map((change) => (
        <InterventionRow key={partName(change)} part={change} scale={change.scale} />
      ))}
    </ul>
  );
}

function InterventionRow({ part, scale }: { readonly part: Part; readonly scale: number }) {
  const name = partName(part);
  return (
    <li>
      <button
        type="button"
        className={`part-name ${scale === 0 ? "is-off" : ""}`}
        title={`${hookName(part)} × ${scale}`}
        onClick={() => select(part)}
      >
        {name}
      </button>
      <ScaleSlider part={part} />
      <button
        type="button"
        className="quiet close"
        aria-label={`Undo ${name}`}
        onClick={() => removeIntervention(part)}
      >
        ✕
      </button>
    </li>
  );
}

import { ConceptSection } from "./ConceptSection.tsx";
import { GroupSection } from "./GroupSection.tsx";
import { PlotSection } from "./plot/PlotSection.tsx";
import { TokenSection } from "./TokenSection.tsx";
import "./lab.css";

/** Neurons beyond one prompt: over all operands, by what they promote, by what they hide, and in groups. */
export function LabPanel() {
  return (
    <div className="lab">
      <PlotSection />
      <TokenSection />
      <ConceptSection />
      <GroupSection />
    </div>
  );
}

import { useState } from "react";
import { useStore } from "zustand";
import { claimsAnything } from "#state/link/checking/whole-check.ts";
import type { Finding } from "#state/link/finding.ts";
import { openFinding } from "#state/link/open-finding.ts";
import { asksTheSame } from "#state/link/checking/asks-the-same.ts";
import { opened } from "#state/link/opened.ts";
import { model } from "#state/model/model.ts";
import { shipped } from "#state/model/shipped.ts";
import { question } from "#state/question.ts";
import { LinkVerdict } from "./LinkVerdict.tsx";
import { LinkWords } from "./LinkWords.tsx";
import "./opened.css";

/** What the link that was opened is called and says, by whoever made it, and whether its numbers were found here too. */
export function OpenedFinding() {
  const finding = useStore(opened, (state) => state.finding);
  const [sentAway, sendAway] = useState<Finding>();
  if (!finding || finding === sentAway || !hasAnything(finding)) return null;
  return (
    <section aria-label="The opened link" className="opened-link">
      <LinkWords finding={finding} />
      <LinkVerdict finding={finding} />
      <WayBack finding={finding} />
      <button
        type="button"
        className="quiet close"
        aria-label="Dismiss the opened link"
        onClick={() => sendAway(finding)}
      >
        ✕
      </button>
    </section>
  );
}

/** Whether there is anything to say of a link. */
const hasAnything = (finding: Finding) =>
  finding.title !== undefined || finding.note !== undefined || claimsAnything(finding);

/** Once something else is asked, the finding is a press away. */
function WayBack({ finding }: { readonly finding: Finding }) {
  const now = useStore(question);
  const { choice } = useStore(model);
  if (asksTheSame(finding, now, choice?.id)) return null;
  return (
    <p className="small way-back">
      <span>The page asks something else by now than the link does.</span>
      <button type="button" onClick={() => openFinding(finding, shipped.getState().models)}>
        Back to the link’s finding
      </button>
    </p>
  );
}

import { useState } from "react";
import { useStore } from "zustand";
import type { FaultCode } from "#core/fault.ts";
import { dismiss, notices } from "#state/notices.ts";
import type { Notice } from "#state/notices.ts";
import { Isolated } from "../../shared/Isolated.tsx";
import { asSentence } from "../../shared/words/sentence.ts";
import { laterPart } from "../../shared/later.tsx";
import { EngineSilence } from "./EngineSilence.tsx";

const Advice = laterPart("what can be done about it", async () => {
  const { ADVICE } = await import("./advice.ts");
  return ({ code }: { readonly code: FaultCode }) => ADVICE[code];
});

/** More than these would push the page out of sight. */
const MOST_SHOWN = 3;

/** What the person has to know: what was found, what is needed, what to do. The newest stand first, older ones behind a line. */
export function Notices() {
  const list = useStore(notices, (state) => state.list);
  const [isOpen, setOpen] = useState(false);
  const newest = list.filter(
    (notice, index) => list.findLastIndex(({ message }) => message === notice.message) === index,
  );
  newest.reverse();
  const folded = newest.length - MOST_SHOWN;
  return (
    <div className="notices" aria-live="polite">
      <EngineSilence />
      {newest.slice(0, isOpen ? undefined : MOST_SHOWN).map((notice) => (
        <NoticeLine key={notice.about} notice={notice} />
      ))}
      {folded > 0 && (
        <button type="button" className="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Only the newest" : `and ${folded} more`}
        </button>
      )}
    </div>
  );
}

/** The advice is about models; what is wrong with an adapter's own files says itself what is needed. */
const OF_ANY_FILES: ReadonlySet<FaultCode> = new Set(["unreachable", "needs-token"]);

function NoticeLine({ notice }: { readonly notice: Notice }) {
  const { about, code, message, way } = notice;
  const isAdvised = code && (about !== "adapter" || OF_ANY_FILES.has(code));
  return (
    <div className={`notice ${code ? "is-fault" : ""}`} role={code ? "alert" : "status"} data-code={code}>
      <p>
        <Isolated sentence={asSentence(message)} /> {isAdvised && <Advice code={code} />}
      </p>
      {way && (
        <button type="button" onClick={way.go}>
          {way.label}
        </button>
      )}
      <button type="button" className="quiet close" aria-label="Dismiss this notice" onClick={() => dismiss(about)}>
        ✕
      </button>
    </div>
  );
}

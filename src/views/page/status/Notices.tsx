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

/** What the person has to know: what was found, what is needed, what to do. */
export function Notices() {
  const list = useStore(notices, (state) => state.list);
  const shown = list.filter((notice, index) => list.findIndex((other) => other.message === notice.message) === index);
  return (
    <div className="notices" aria-live="polite">
      <EngineSilence />
      {shown.map((notice) => (
        <NoticeLine key={notice.about} notice={notice} />
      ))}
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

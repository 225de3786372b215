import { notifyFault } from "#state/notices.ts";
import { laterModule } from "../shared/later.tsx";
import type { Drawn, Stamp } from "./drawn.ts";
import type { FileKind } from "./save-as.ts";

/** Of `package.json`, by the bundler. */
declare const __VERSION__: string;

interface ExportsProps {
  /** As it stands on the page; undefined: there is nothing valid to hand on. */
  readonly drawn: Drawn | undefined;
}

/** What is drawn, as files that say what they are about. */
export function Exports({ drawn }: ExportsProps) {
  if (!drawn) return null;
  return (
    <span className="exports" role="group" aria-label={`Export ${drawn.name}`}>
      {drawn.figure && (
        <>
          <button type="button" className="quiet" onClick={() => void save("svg", drawn)}>
            SVG
          </button>
          <button type="button" className="quiet" onClick={() => void save("png", drawn)}>
            PNG
          </button>
        </>
      )}
      <button type="button" className="quiet" onClick={() => void save("csv", drawn)}>
        CSV
      </button>
      <button type="button" className="quiet" onClick={() => void save("json", drawn)}>
        JSON
      </button>
    </span>
  );
}

const files = laterModule(() => import("./save-as.ts"));

async function save(kind: FileKind, drawn: Drawn): Promise<void> {
  const stamp = stampNow();
  try {
    const { saveAs } = await files();
    await saveAs[kind](drawn, stamp);
  } catch (reason) {
    notifyFault("export", reason);
  }
}

export const stampNow = (): Stamp => ({
  version: __VERSION__,
  date: new Date(),
  address: `${location.origin}${location.pathname}`,
});

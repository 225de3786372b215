import { useState } from "react";
import { notifyFault } from "#state/notices.ts";
import { laterModule, laterPart } from "../shared/later.tsx";
import type { Drawn, Stamp } from "./drawn.ts";
import type { FileKind } from "./save-as.ts";

/** The version in `package.json`, put here by the bundler. */
declare const __VERSION__: string;

interface ExportsProps {
  /** As it stands on the page; undefined: there is nothing valid to hand on. */
  readonly drawn: Drawn | undefined;
}

const Enlarged = laterPart<{ readonly drawn: Drawn; readonly onClose: () => void }>(
  "the enlarged figure",
  async () => (await import("./enlarged/Enlarged.tsx")).Enlarged,
);

/** What is drawn, as large as the window, and as files that say what they are about. */
export function Exports({ drawn }: ExportsProps) {
  const [enlarged, setEnlarged] = useState<Drawn>();
  return (
    <>
      {drawn && (
        <span className="exports">
          {drawn.figure && (
            <button type="button" className="quiet" aria-haspopup="dialog" onClick={() => setEnlarged(drawn)}>
              Enlarge
            </button>
          )}
          <Files drawn={drawn} />
        </span>
      )}
      {enlarged && <Enlarged drawn={enlarged} onClose={() => setEnlarged(undefined)} />}
    </>
  );
}

function Files({ drawn }: { readonly drawn: Drawn }) {
  return (
    <span role="group" aria-label={`Export ${drawn.name}`}>
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
      {drawn.notebook && (
        <button
          type="button"
          className="quiet"
          title="A program for a notebook, which draws the figure of the saved JSON"
          onClick={() => void save("python", drawn)}
        >
          Python
        </button>
      )}
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

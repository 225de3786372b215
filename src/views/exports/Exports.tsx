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
      <FileButtons drawn={drawn} kinds={FILE_KINDS} className="quiet" />
    </span>
  );
}

const FILE_KINDS = ["svg", "png", "csv", "json", "python"] as const satisfies readonly FileKind[];
const FILE_NAMES = { svg: "SVG", png: "PNG", csv: "CSV", json: "JSON", python: "Python" } as const satisfies Record<
  FileKind,
  string
>;

interface FileButtonsProps {
  readonly drawn: Drawn;
  /** Those that there are of it have a button. */
  readonly kinds: readonly FileKind[];
  readonly className?: string;
}

/** What is drawn, saved at a press. */
export function FileButtons({ drawn, kinds, className }: FileButtonsProps) {
  return kinds
    .filter((kind) => isThere(kind, drawn))
    .map((kind) => (
      <button
        key={kind}
        type="button"
        className={className}
        title={kind === "python" ? "A program for a notebook, which draws the figure of the saved JSON" : undefined}
        onClick={() => void save(kind, drawn)}
      >
        {FILE_NAMES[kind]}
      </button>
    ));
}

function isThere(kind: FileKind, { figure, notebook }: Drawn): boolean {
  if (kind === "python") return notebook !== undefined;
  return kind === "csv" || kind === "json" || figure !== undefined;
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

import { notifyFault } from "#state/notices.ts";
import type { Drawn, Stamp } from "./drawn.ts";
import { download } from "./download.ts";
import { csvFile, jsonFile, svgFile } from "./files.ts";
import type { ExportedFile } from "./files.ts";
import { pngOf } from "./png.ts";

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
          <button type="button" className="quiet" onClick={() => save(svgFile(drawn, stampNow()))}>
            SVG
          </button>
          <button type="button" className="quiet" onClick={() => void savePng(svgFile(drawn, stampNow()))}>
            PNG
          </button>
        </>
      )}
      <button type="button" className="quiet" onClick={() => save(csvFile(drawn, stampNow()))}>
        CSV
      </button>
      <button type="button" className="quiet" onClick={() => save(jsonFile(drawn, stampNow()))}>
        JSON
      </button>
    </span>
  );
}

export function save(file: ExportedFile | undefined): void {
  if (file) download(file.name, file.type, file.content);
}

async function savePng(figure: ExportedFile | undefined): Promise<void> {
  if (!figure) return;
  try {
    download(figure.name.replace(/\.svg$/, ".png"), "image/png", await pngOf(figure.content));
  } catch (reason) {
    notifyFault("export", reason);
  }
}

export const stampNow = (): Stamp => ({
  version: __VERSION__,
  date: new Date(),
  address: `${location.origin}${location.pathname}`,
});

/** A fragment as an address of this page. */
export const addressOf = (fragment: string) => `${location.origin}${location.pathname}#${fragment}`;

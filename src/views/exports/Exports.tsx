import { currentFinding } from "#state/claims.ts";
import { sharedFragment } from "#state/shared-link.ts";
import { model } from "#state/model.ts";
import { notifyFault } from "#state/notices.ts";
import { csvOf } from "./csv.ts";
import type { Table } from "./csv.ts";
import { download } from "./download.ts";
import { pngOf } from "./png.ts";

interface ExportsProps {
  /** File name without its ending, and what the buttons' names say. */
  readonly name: string;
  readonly table: () => Table;
  readonly svg?: () => string;
  /** What the numbers are about; left out, the finding on the page and the machine that computed it. */
  readonly about?: () => object;
}

/** A panel's numbers, whole, with what they are about. */
export function Exports({ name, table, svg, about = provenance }: ExportsProps) {
  const csv = () => {
    download(`${name}.csv`, "text/csv", csvOf(table()));
  };
  const json = () => {
    const { header, rows } = table();
    const records = rows.map((row) => Object.fromEntries(header.map((column, index) => [column, row[index]])));
    download(`${name}.json`, "application/json", JSON.stringify({ ...about(), rows: records }, null, 2));
  };
  return (
    <span className="exports" role="group" aria-label={`Export ${name}`}>
      {svg && (
        <>
          <button type="button" className="quiet" onClick={() => download(`${name}.svg`, "image/svg+xml", svg())}>
            SVG
          </button>
          <button type="button" className="quiet" onClick={() => void downloadPng(name, svg())}>
            PNG
          </button>
        </>
      )}
      <button type="button" className="quiet" onClick={csv}>
        CSV
      </button>
      <button type="button" className="quiet" onClick={json}>
        JSON
      </button>
    </span>
  );
}

async function downloadPng(name: string, svg: string): Promise<void> {
  try {
    download(`${name}.png`, "image/png", await pngOf(svg));
  } catch (reason) {
    notifyFault("export", reason);
  }
}

/** The finding and the machine that an exported number comes from. */
export function provenance() {
  const { info } = model.getState();
  return {
    finding: currentFinding(true),
    link: shareAddress(),
    model: info && {
      name: info.name,
      source: info.source,
      dtype: info.dtype,
      backend: info.backend,
      adapter: info.adapter,
    },
    unit: "nats",
  };
}

export const shareAddress = () => addressOf(sharedFragment() ?? "");

/** A fragment as an address of this page. */
export const addressOf = (fragment: string) => `${location.origin}${location.pathname}#${fragment}`;

import { useSyncExternalStore } from "react";
import { useStore } from "zustand";
import { figures } from "#charts/number-format.ts";
import { legible } from "#core/printable.ts";
import "#state/experiments/behind-door.ts";
import { lab } from "#state/lab/tools.ts";
import { opened } from "#state/link/opened.ts";
import { model } from "#state/model/model.ts";
import { notices } from "#state/notices.ts";
import { results } from "#state/run/results.ts";
import { isDark, view } from "#state/view.ts";
import type { CsvValue } from "../exports/csv.ts";
import type { Drawn } from "../exports/drawn.ts";
import { LinkVerdict } from "../opened/LinkVerdict.tsx";
import { LinkWords } from "../opened/LinkWords.tsx";
import { useFigureNow } from "../share/figure-of-tab.ts";
import { Isolated } from "../shared/Isolated.tsx";
import { MarksFigure } from "../shared/figure/MarksFigure.tsx";
import { useWidth } from "../shared/figure/use-width.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { plain } from "../shared/table/columns.tsx";
import { asSentence } from "../shared/words/sentence.ts";
import { stateSentence } from "./state-sentence.ts";
import "./embed.css";

/** One finding in a frame of another page: its figure with its sentence, whether its numbers were found here too, and the way to the whole. */
export function Embed() {
  const finding = useStore(opened, (state) => state.finding);
  const state = useStore(model);
  const figure = useFigureNow();
  const { drawn } = figure;
  const complaints = useStore(notices).list.filter(({ code }) => code !== undefined);
  const sentence = stateSentence(state);
  return (
    <main className="embed">
      {finding && <LinkWords finding={finding} />}
      {drawn && <Figure drawn={drawn} />}
      {sentence !== undefined && <p className="small">{sentence}</p>}
      {!drawn && sentence === undefined && <Awaited />}
      {complaints.map(({ about, message }) => (
        <p key={about} role="alert" className="small">
          <Isolated sentence={asSentence(message)} />
        </p>
      ))}
      {finding && <LinkVerdict finding={finding} />}
      <footer>
        <WayToTheWhole />
      </footer>
    </main>
  );
}

/** In place of a figure that is not there although a model is. */
function Awaited() {
  const slots = useStore(results);
  const tools = useStore(lab);
  const isComputing = [...Object.values(slots), ...Object.values(tools)].some(({ status }) => status === "computing");
  return (
    <p className="small">
      {isComputing ? "Its numbers are being computed here." : "What this finding shows is computed in the whole page."}
    </p>
  );
}

function Figure({ drawn }: { readonly drawn: Drawn }) {
  const [host, width] = useWidth<HTMLDivElement>(LEAST_PX);
  const dark = useStore(view, isDark);
  const { title, says, figure } = drawn;
  return (
    <figure>
      <figcaption>
        <h1>{legible(title)}</h1>
      </figcaption>
      <div ref={host} className="embed-figure">
        {figure ? (
          <div inert style={{ padding: GROUND_PX }}>
            <MarksFigure
              figure={figure(Math.max(LEAST_PX, Math.min(width - 2 * GROUND_PX, MOST_PX)), dark)}
              label={title}
            />
          </div>
        ) : (
          <Rows drawn={drawn} />
        )}
      </div>
      {says.map((each) => (
        <p key={each} className="says">
          {each}
        </p>
      ))}
    </figure>
  );
}

/** Narrower than this a figure is made smaller as a whole, wider it is not drawn. */
const LEAST_PX = 300;
const MOST_PX = 760;
/** Between a figure's ink and the edge of its ground. */
const GROUND_PX = 8;

/** Rows of what is only a table; the whole page has all. */
const LISTED = 10;

function Rows({ drawn }: { readonly drawn: Drawn }) {
  const { header, rows } = drawn.table();
  const columns = header.map((name, at) => ({
    ...plain<readonly CsvValue[]>({ label: name.replaceAll("_", " ") }, (row) => cellText(row[at]!)),
    isNumber: rows.some((row) => typeof row[at] === "number"),
  }));
  return <DataTable name={drawn.title} className="plain" columns={columns} rows={rows.slice(0, LISTED)} />;
}

const cellText = (value: CsvValue) => (typeof value === "number" ? numberText(value) : legible(value));

/** A layer and an index are counted, all else is measured. */
const numberText = (value: number) => (Number.isInteger(value) ? String(value) : figures(value));

/** In place of the page that frames this one, with all that the fragment holds. */
function WayToTheWhole() {
  const hash = useSyncExternalStore(followHash, () => location.hash);
  return (
    <a href={`./${hash}`} target="_top" rel="noopener">
      Look into it in Arithmoscope
    </a>
  );
}

function followHash(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

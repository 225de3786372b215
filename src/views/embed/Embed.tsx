import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { RefObject } from "react";
import { useStore } from "zustand";
import { duration, figures } from "#charts/number-format.ts";
import { legible } from "#core/printable.ts";
import "#state/experiments/behind-door.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import { runExperiment } from "#state/experiments/runs.ts";
import { experiments } from "#state/experiments/slots.ts";
import { lab } from "#state/lab/tools.ts";
import type { Finding } from "#state/link/finding.ts";
import { opened } from "#state/link/opened.ts";
import { model } from "#state/model/model.ts";
import { notices } from "#state/notices.ts";
import { results } from "#state/run/results.ts";
import { isShort } from "#state/serving/frame-runs.ts";
import { isDark, view } from "#state/view.ts";
import type { CsvValue } from "../exports/csv.ts";
import { titleFor } from "../exports/drawn.ts";
import type { Drawn } from "../exports/drawn.ts";
import { LinkVerdict } from "../opened/LinkVerdict.tsx";
import { LinkWords } from "../opened/LinkWords.tsx";
import { useFigureNow } from "../share/figure-of-tab.ts";
import { Isolated } from "../shared/Isolated.tsx";
import { MarksFigure } from "../shared/figure/MarksFigure.tsx";
import { useWidth } from "../shared/figure/use-width.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { plain } from "../shared/table/columns.tsx";
import { usePlain } from "../shared/use-plain.ts";
import { asSentence } from "../shared/words/sentence.ts";
import { stateSentence } from "./state-sentence.ts";
import "./embed.css";

/** One finding in a frame of another page: its figure with its sentence, whether its numbers were found here too, and the way to the whole. */
export function Embed() {
  const finding = useStore(opened, (state) => state.finding);
  const state = useStore(model);
  const figure = useFigureNow();
  const isPlain = usePlain();
  const complaints = useStore(notices).list.filter(({ code }) => code !== undefined);
  const sentence = stateSentence(state);
  const { drawn } = figure;
  return (
    <main className="embed">
      {finding && <LinkWords finding={finding} />}
      {drawn && <Figure drawn={drawn} />}
      {sentence !== undefined && <p className="small">{sentence}</p>}
      {!drawn && sentence === undefined && <Awaited none={figure.none} />}
      {complaints.map(({ about, message }) => (
        <p key={about} role="alert" className="small">
          <Isolated sentence={asSentence(message)} />
        </p>
      ))}
      {finding && <LinkVerdict finding={finding} />}
      <footer>
        <AllWords finding={finding} says={drawn?.says(isPlain) ?? []} />
        <WayToTheWhole />
      </footer>
    </main>
  );
}

/** In place of a figure that is not there although a model is: how far it is, or why there is none. */
function Awaited({ none }: { readonly none: string }) {
  const slots = useStore(results);
  const tools = useStore(lab);
  const { kind } = useStore(experimentForm);
  const experiment = useStore(experiments, (all) => all[kind]);
  const tab = useStore(view, (state) => state.tab);
  const all = [...Object.values(slots), ...Object.values(tools), experiment];
  const isComputing = all.some(({ status }) => status === "computing");
  if (isComputing) {
    const { progress } = tab === "experiments" ? experiment : tools[tab === "lab" ? "plot" : "patch"];
    const far = progress ? `, ${Math.floor((100 * progress.done) / Math.max(1, progress.total))} %` : "";
    return <p className="small">Its numbers are being computed here{far}.</p>;
  }
  const { plan } = experiment;
  if (tab === "experiments" && plan && experiment.status === "idle" && !isShort(experiment)) {
    return (
      <p className="small">
        Its numbers take about {duration(plan.estimatedMs)} on this machine.{" "}
        <button type="button" onClick={() => void runExperiment()}>
          Compute them here
        </button>
      </p>
    );
  }
  return <p className="small">{none}</p>;
}

/** All that is said, where the frame has no room for it: over the figure, and scrolled there. */
function AllWords({ finding, says }: { readonly finding: Finding | undefined; readonly says: readonly string[] }) {
  const host = useRef<HTMLDetailsElement>(null);
  const isCut = useIsCut(host);
  return (
    <details ref={host} className="embed-words" hidden={!isCut}>
      <summary>All words</summary>
      <div tabIndex={0} role="region" aria-label="All words">
        {finding && <LinkWords finding={finding} />}
        {says.map((each) => (
          <p key={each} className="says">
            {each}
          </p>
        ))}
      </div>
    </details>
  );
}

/** Whether the frame cuts any of its words off. */
function useIsCut(host: RefObject<HTMLElement | null>): boolean {
  const [isCut, setCut] = useState(false);
  useEffect(() => {
    const main = host.current!.closest("main")!;
    const look = () => setCut([...main.querySelectorAll<HTMLElement>(CUT)].some(isOver));
    const sizes = new ResizeObserver(look);
    const words = new MutationObserver(look);
    sizes.observe(main);
    words.observe(main, { childList: true, subtree: true, characterData: true });
    look();
    return () => {
      sizes.disconnect();
      words.disconnect();
    };
  }, [host]);
  return isCut;
}

/** What is cut where there is no room. */
const CUT = ".link-words, .link-title, .link-note, .embed-says, figcaption";

const isOver = (element: HTMLElement) =>
  element.closest("details") === null &&
  (element.clientHeight === 0 ||
    element.scrollHeight > element.clientHeight + 1 ||
    element.scrollWidth > element.clientWidth + 1);

function Figure({ drawn }: { readonly drawn: Drawn }) {
  const [host, width] = useWidth<HTMLDivElement>(LEAST_PX);
  const dark = useStore(view, isDark);
  const isPlain = usePlain();
  const { says, figure } = drawn;
  const title = titleFor(drawn, isPlain);
  return (
    <figure>
      <figcaption title={legible(title)}>
        <h1>{legible(title)}</h1>
      </figcaption>
      <div ref={host} className="embed-figure">
        {figure ? (
          <div inert className="embed-ground">
            <MarksFigure
              figure={figure({
                width: Math.max(LEAST_PX, Math.min(width - 2 * GROUND_PX, MOST_PX)),
                isDark: dark,
                isPlain,
              })}
              label={title}
            />
          </div>
        ) : (
          <Rows drawn={drawn} />
        )}
      </div>
      <div className="embed-says">
        {says(isPlain).map((each) => (
          <p key={each} className="says">
            {each}
          </p>
        ))}
      </div>
    </figure>
  );
}

/** Narrower than this a figure is made smaller as a whole, wider it is not drawn. */
const LEAST_PX = 300;
const MOST_PX = 760;
/** Between a figure's ink and the edge of its ground, as the style sheet has it. */
const GROUND_PX = 8;

/** Rows of what is only a table; the whole page has all. */
const LISTED = 10;

function Rows({ drawn }: { readonly drawn: Drawn }) {
  const { table, plainTable = table } = drawn;
  const { header, rows } = usePlain() ? plainTable() : table();
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

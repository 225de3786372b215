import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { legible } from "#core/printable.ts";
import { MAX_LINK_CHARACTERS, readableFragment } from "#state/link/permalink.ts";
import { sharedFinding } from "#state/link/shared-link.ts";
import type { SharedFinding } from "#state/link/shared-link.ts";
import { typedWords } from "#state/link/words/finding-words.ts";
import { adapter } from "#state/model/adapter.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { FileButtons } from "../exports/Exports.tsx";
import { titleFor } from "../exports/drawn.ts";
import type { Drawn } from "../exports/drawn.ts";
import type { FigureNow } from "../exports/figure-now.ts";
import { TOO_LONG, earlierSentence, longSentence } from "../header/copy-finding.ts";
import { addressOf } from "../shared/copy-link.ts";
import { usePlain } from "../shared/use-plain.ts";
import { CopyField } from "./CopyField.tsx";
import { WordFields } from "./WordFields.tsx";
import type { Words } from "./WordFields.tsx";
import { useFigureNow } from "./figure-of-tab.ts";
import { EMBED_WIDTHS, embedCode, embedHeight } from "./embed-code.ts";
import { ChoiceGroup } from "../shared/controls/ChoiceGroup.tsx";
import "./share.css";

/** What a person says of findings, as typed, by the question that each is about: going back to one finds its words again. */
const typed = new Map<string, Words>();

/** A finding on its way to others: as a link with a person's own words, as its figure, as its numbers, as a frame in another page. */
export function ShareSheet() {
  const figure = useFigureNow();
  // a link is made of these whatever the tab's figure is made of
  useStore(question);
  useStore(results);
  useStore(view);
  useStore(model);
  useStore(adapter);
  const shared = sharedFinding();
  if (!shared) {
    return <p>There is no finding to share: this prompt has no answer, and no other was asked before.</p>;
  }
  return (
    <div className="sharing">
      <Shared shared={shared} figure={figure} />
    </div>
  );
}

/** What a title is about: another question is another finding. */
const questionKey = ({ finding }: SharedFinding) => {
  const { model: of, variant, prompt, target, interventions, ablationSource } = finding;
  return JSON.stringify([of, variant, prompt, target, interventions, ablationSource]);
};

interface SharedProps {
  readonly shared: SharedFinding;
  readonly figure: FigureNow;
}

function Shared({ shared, figure }: SharedProps) {
  const { finding, isEarlier } = shared;
  const [words, say] = useWords(shared);
  const { title: _title, note: _note, ...silent } = finding;
  const told = { ...silent, ...typedWords(words.title, words.note) };
  const fragment = readableFragment(told);
  return (
    <>
      <section aria-label="Link">
        <h3>Link</h3>
        <WordFields {...words} onType={say} />
        {fragment === undefined ? (
          <p role="alert">{TOO_LONG}</p>
        ) : (
          <CopyField
            label="Link to this finding, with its numbers to check"
            text={addressOf(fragment)}
            rows={3}
            what="link"
          />
        )}
        {isEarlier && <p className="small">{earlierSentence(finding)}</p>}
        {fragment !== undefined && fragment.length > MAX_LINK_CHARACTERS && (
          <p className="small">{longSentence(fragment.length)}</p>
        )}
      </section>
      {figure.drawn ? <Files drawn={figure.drawn} /> : <p className="small">{figure.none}</p>}
      {fragment !== undefined && figure.drawn && figure.unframed === undefined && (
        <EmbedSection fragment={fragment} drawn={figure.drawn} title={told.title} />
      )}
      {fragment !== undefined && figure.drawn && figure.unframed !== undefined && (
        <p className="small">{figure.unframed}</p>
      )}
    </>
  );
}

/** What is said of a finding. What is typed while another is on its way is said of that too: nobody's words go as its answer comes. */
function useWords(shared: SharedFinding) {
  const { finding, isEarlier } = shared;
  const key = questionKey(shared);
  const [last, setLast] = useState<{ readonly words: Words; readonly isAwaiting: boolean }>();
  const own = typed.get(key);
  const brought = last?.isAwaiting ? last.words : undefined;
  useEffect(() => {
    if (brought && !isEarlier && !typed.has(key)) typed.set(key, brought);
  }, [brought, isEarlier, key]);
  const say = (words: Words) => {
    typed.set(key, words);
    setLast({ words, isAwaiting: isEarlier });
  };
  return [own ?? brought ?? { title: finding.title ?? "", note: finding.note ?? "" }, say] as const;
}

/** The figure or table of the tab at hand. */
function Files({ drawn }: { readonly drawn: Drawn }) {
  const title = titleFor(drawn, usePlain());
  return (
    <>
      {drawn.figure && (
        <section aria-label="Figure">
          <h3>Figure</h3>
          <p className="small">{legible(title)}</p>
          <p className="sharing-files">
            <FileButtons drawn={drawn} kinds={["svg", "png"]} />
          </p>
        </section>
      )}
      <section aria-label="Data">
        <h3>Data</h3>
        <p className="small">Every number of it, with model, prompt, what is switched off and the link.</p>
        <p className="sharing-files">
          <FileButtons drawn={drawn} kinds={["json", "csv", "python"]} />
        </p>
      </section>
    </>
  );
}

interface EmbedSectionProps {
  readonly fragment: string;
  readonly drawn: Drawn;
  readonly title: string | undefined;
}

/** Of a frame, in CSS pixels, to one of its preview. */
const PREVIEW_SCALE = 5;

/** One figure in another page, as wide as chosen. */
function EmbedSection({ fragment, drawn, title }: EmbedSectionProps) {
  const isPlain = usePlain();
  const [width, setWidth] = useState<(typeof EMBED_WIDTHS)[number]>(EMBED_WIDTHS[1]);
  const height = embedHeight(width, drawn, isPlain);
  const page = addressOf("").replace(/#$/, "");
  const size = `${width} × ${height} px`;
  return (
    <section aria-label="Embed">
      <h3>Embed</h3>
      <p className="small">
        This figure with its sentence, computed and checked on each reader’s machine, and a link to the whole page.
      </p>
      <p>
        <ChoiceGroup
          label="Width of the frame"
          options={EMBED_WIDTHS}
          chosen={width}
          onChoose={setWidth}
          textOf={(each) => `${each} px`}
        />
      </p>
      <div
        role="img"
        aria-label={`The frame’s size: ${size}`}
        className="embed-size"
        style={{ inlineSize: width / PREVIEW_SCALE, blockSize: height / PREVIEW_SCALE }}
      >
        <span aria-hidden="true">{size}</span>
      </div>
      <CopyField
        label="HTML for another page"
        text={embedCode({ page, fragment, width, height, title: title ?? titleFor(drawn, isPlain) })}
        rows={4}
        what="HTML"
      />
    </section>
  );
}

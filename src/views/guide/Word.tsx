import { useId, useLayoutEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { GLOSSARY } from "../page/glossary.ts";
import type { Entry } from "../page/glossary-entry.ts";
import type { GlossaryWord } from "../page/glossary.ts";
import "./word.css";

interface WordProps {
  /** As the glossary has it. */
  readonly of: GlossaryWord;
  /** As it stands here; left out: as the glossary has it. */
  readonly as?: string;
}

/** Between a word and its sentence, and between that and the edge of the window, in pixels. */
const GAP = 6;

/** A technical word with its sentence where it stands, by hover, focus and touch: the student's first, the researcher's behind it. */
export function Word({ of, as = of }: WordProps) {
  return <Explained {...GLOSSARY.find((entry) => entry.word === of)!}>{as}</Explained>;
}

interface ExplainedProps extends Partial<Pick<Entry, "plain">> {
  readonly meaning: string;
  /** What pressing it does besides. */
  readonly onPress?: () => void;
  readonly className?: string;
  /** How it is read out, where that is not what stands there. */
  readonly label?: string | undefined;
  readonly children: ReactNode;
}

/** A button that says what it means as soon as it is pointed at, focused or touched. */
export function Explained({ plain, meaning, onPress, className = "word", label, children }: ExplainedProps) {
  const id = useId();
  const word = useRef<HTMLButtonElement>(null);
  const card = useRef<HTMLSpanElement>(null);
  const [isShown, setShown] = useState(false);
  useLayoutEffect(() => {
    if (!isShown || !word.current || !card.current) return;
    card.current.showPopover();
    putBeside(card.current, word.current.getBoundingClientRect());
  }, [isShown]);
  const show = () => setShown(true);
  const hide = () => setShown(false);
  return (
    <>
      <button
        ref={word}
        type="button"
        className={className}
        aria-label={label}
        aria-describedby={isShown ? id : undefined}
        onClick={() => {
          show();
          onPress?.();
        }}
        onFocus={show}
        onBlur={hide}
        onPointerEnter={show}
        onPointerLeave={hide}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !isShown) return;
          event.stopPropagation();
          hide();
        }}
      >
        {children}
      </button>
      {isShown && (
        <span ref={card} id={id} popover="manual" role="tooltip" className="word-sentence">
          {plain ?? meaning}
          {plain && <span className="faint">{meaning}</span>}
        </span>
      )}
    </>
  );
}

/** Below the word, or above it where there is no room, and within the window. */
function putBeside(card: HTMLElement, place: DOMRect): void {
  const { width, height } = card.getBoundingClientRect();
  const isAbove = place.bottom + GAP + height > innerHeight;
  card.style.left = `${Math.max(GAP, Math.min(place.left, innerWidth - width - GAP))}px`;
  card.style.top = `${isAbove ? Math.max(GAP, place.top - GAP - height) : place.bottom + GAP}px`;
}

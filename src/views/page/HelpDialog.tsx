import { useStore } from "zustand";
import { setOpeningShown } from "#state/guide/guide.ts";
import { setHelpOpen, view } from "#state/view.ts";
import { TourButton } from "../guide/TourButton.tsx";
import { Dialog } from "../shared/Dialog.tsx";
import { GLOSSARY } from "./glossary.ts";
import { TABS } from "./tabs.tsx";

const SHORTCUTS: readonly (readonly [keys: string, does: string])[] = [
  ["← ↑ → ↓", "move in the map of heads, or in the chain"],
  ["Enter", "switch the head or the part off, or on again"],
  ["Space", "keep it in the inspector"],
  ["Ctrl Enter", "pin the head, to compare"],
  ["[  ]", "one layer up, one down"],
  ["/", "to the prompt"],
  ...TABS.map(({ key, label }) => [`g ${key}`, label.toLowerCase()] as const),
  ["z", "undo the last prompt or switch"],
  ["Shift z", "redo it"],
  ["Esc", "let go of what is selected"],
  ["?", "this list"],
];

/** The words of the field and the keys of the page. */
export function HelpDialog() {
  const isOpen = useStore(view, (state) => state.isHelpOpen);
  return (
    <Dialog title="Words and shortcuts" isOpen={isOpen} onClose={() => setHelpOpen(false)}>
      <p>
        <button
          type="button"
          onClick={() => {
            setHelpOpen(false);
            setOpeningShown(true);
            scrollTo({ top: 0 });
          }}
        >
          Show the introduction
        </button>{" "}
        <TourButton onStart={() => setHelpOpen(false)} />
      </p>
      <div className="help-columns">
        <section aria-label="Shortcuts">
          <h3>Shortcuts</h3>
          <dl className="keys">
            {SHORTCUTS.map(([keys, does]) => (
              <div key={keys}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <p className="small faint">
            Pointer: over a head previews it, a click keeps it, Ctrl or Cmd and a click pins it.
          </p>
        </section>
        <section aria-label="Words">
          <h3>Words</h3>
          <dl className="glossary">
            {GLOSSARY.map(({ word, plain, meaning }) => (
              <div key={word}>
                <dt>{word}</dt>
                <dd className="glossary-plain">{plain}</dd>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <p className="small faint">
        The method is that of Yu &amp; Ananiadou (2024), “Interpreting Arithmetic Mechanism in Large Language Models
        through Comparative Neuron Analysis”, EMNLP,{" "}
        <a href="https://arxiv.org/abs/2409.14144" target="_blank" rel="noopener noreferrer">
          arXiv 2409.14144
        </a>
        . Every number’s formula, source and limits, scripting, exports and hosting are in{" "}
        <a href="./docs/index.html" target="_blank" rel="noopener">
          the docs
        </a>
        .
      </p>
      <p className="small faint">
        {/* relative, as the page may lie in any folder */}
        <a className="alone" href="./notices.txt" target="_blank" rel="noopener">
          Licences of the software and fonts in this page
        </a>
      </p>
    </Dialog>
  );
}

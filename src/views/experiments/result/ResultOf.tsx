import { memo } from "react";
import { useStore } from "zustand";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { pick, picked } from "#state/experiments/picked.ts";
import { isDark, view } from "#state/view.ts";
import { useWidth } from "../../shared/figure/use-width.ts";
import { usePlain } from "../../shared/use-plain.ts";
import { ExperimentExports } from "./ExperimentExports.tsx";
import type { Choice } from "../experiment-page.ts";
import { ChoiceGroup } from "../../shared/controls/ChoiceGroup.tsx";
import { MarksFigure } from "../../shared/figure/MarksFigure.tsx";
import { pageOf } from "../pages.ts";
import { FIGURE_PX, chosenOf, experimentView } from "./experiment-view.ts";
import { PublishedFigures } from "../published/PublishedFigures.tsx";
import { Prose } from "../../guide/Term.tsx";

/** Largest width of a figure on the page. */
const MAX_FIGURE_PX = 760;

/**
 * A result as its page says: choices, figures, the sentence, tables, the paper's own values and files. It is drawn anew for another
 * result, and not for each step of a run.
 */
export const ResultOf = memo(function ResultOf({ result }: { readonly result: ExperimentResult }) {
  const page = pageOf(result);
  const [host, width] = useWidth<HTMLDivElement>(FIGURE_PX);
  const dark = useStore(view, isDark);
  const isPlain = usePlain();
  const { kind } = result;
  const own = useStore(picked, (all) => all[kind]);
  const choices = page.choices ?? [];
  const chosen = chosenOf(result, own);
  const size = { width: Math.min(width, MAX_FIGURE_PX), isDark: dark, isPlain };
  const shown = experimentView(result, chosen);
  return (
    <div ref={host} className="experiment-figures">
      {choices.length > 0 && (
        <div className="lab-form">
          {choices.map((choice) => (
            <ChoiceField
              key={choice.name}
              choice={choice}
              result={result}
              value={chosen[choice.name]!}
              onPick={(value) => pick(kind, choice.name, value)}
            />
          ))}
        </div>
      )}
      {page.figures.map(({ heading, label, draw }, index) => (
        <div key={index} className="experiment-figures">
          {heading && <h3>{heading(result, chosen, isPlain)}</h3>}
          <MarksFigure figure={draw(result, size, chosen)} label={label(chosen, result, isPlain)} />
        </div>
      ))}
      <p className="small faint">{page.note(result, chosen, isPlain)}</p>
      <p className="says">
        <Prose>{page.sentence(result, chosen, isPlain)}</Prose>
      </p>
      {page.tables(result, chosen)}
      {page.published.length > 0 && <PublishedFigures tables={page.published} />}
      <footer className="panel-foot">
        <ExperimentExports {...shown} />
      </footer>
    </div>
  );
});

interface ChoiceFieldProps {
  readonly choice: Choice<ExperimentResult>;
  readonly result: ExperimentResult;
  readonly value: string;
  readonly onPick: (value: string) => void;
}

function ChoiceField({ choice: { label, isOfButtons, options }, result, value, onPick }: ChoiceFieldProps) {
  const isPlain = usePlain();
  const list = options(result, isPlain);
  if (isOfButtons)
    return (
      <ChoiceGroup
        label={label}
        options={list.map(([each]) => each)}
        chosen={value}
        onChoose={onPick}
        textOf={(each) => list.find(([key]) => key === each)?.[1]}
      />
    );
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ target }) => onPick(target.value)}>
        {list.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

import { memo, useState } from "react";
import { useStore } from "zustand";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { isDark, view } from "#state/view.ts";
import { useWidth } from "../../shared/figure/use-width.ts";
import { ExperimentExports } from "./ExperimentExports.tsx";
import type { Choice, Chosen } from "../experiment-page.ts";
import { MarksFigure } from "../../shared/figure/MarksFigure.tsx";
import { pageOf } from "../pages.ts";
import { PublishedFigures } from "../published/PublishedFigures.tsx";
import { Prose } from "../../guide/Term.tsx";

/** Width of a figure in a file, and the largest on the page. */
const FIGURE_PX = 720;
const MAX_FIGURE_PX = 760;

/**
 * A result as its page says: choices, figures, the sentence, tables, the paper's own values and files. It is drawn anew for another
 * result, and not for each step of a run.
 */
export const ResultOf = memo(function ResultOf({ result }: { readonly result: ExperimentResult }) {
  const page = pageOf(result);
  const [host, width] = useWidth<HTMLDivElement>(FIGURE_PX);
  const dark = useStore(view, isDark);
  const [picked, pick] = useState<Chosen>({});
  const choices = page.choices ?? [];
  const chosen = Object.fromEntries(choices.map((choice) => [choice.name, valueOf(choice, result, picked)]));
  const size = { width: Math.min(width, MAX_FIGURE_PX), isDark: dark };
  const sentence = page.sentence(result, chosen);
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
              onPick={(value) => pick({ ...picked, [choice.name]: value })}
            />
          ))}
        </div>
      )}
      {page.figures.map(({ heading, label, draw }, index) => (
        <div key={index} className="experiment-figures">
          {heading && <h3>{heading(result, chosen)}</h3>}
          <MarksFigure figure={draw(result, size, chosen)} label={label(chosen, result)} />
        </div>
      ))}
      <p className="small faint">{page.note(result, chosen)}</p>
      <p className="says">
        <Prose>{sentence}</Prose>
      </p>
      {page.tables(result, chosen)}
      {page.published.length > 0 && <PublishedFigures tables={page.published} />}
      <footer className="panel-foot">
        <ExperimentExports
          name={page.name}
          result={result}
          figure={(isDarkFigure) => page.figures[0]!.draw(result, { width: FIGURE_PX, isDark: isDarkFigure }, chosen)}
          title={page.title(result, chosen)}
          sentence={sentence}
          table={() => page.file(result)}
        />
      </footer>
    </div>
  );
});

/** The option that was picked, as long as this result has it. */
function valueOf({ name, options }: Choice<ExperimentResult>, result: ExperimentResult, picked: Chosen): string {
  const values = options(result).map(([value]) => value);
  const wanted = picked[name];
  return wanted !== undefined && values.includes(wanted) ? wanted : (values[0] ?? "");
}

interface ChoiceFieldProps {
  readonly choice: Choice<ExperimentResult>;
  readonly result: ExperimentResult;
  readonly value: string;
  readonly onPick: (value: string) => void;
}

function ChoiceField({ choice: { label, isOfButtons, options }, result, value, onPick }: ChoiceFieldProps) {
  const list = options(result);
  if (isOfButtons)
    return (
      <span role="group" aria-label={label} className="choice">
        {list.map(([each, text]) => (
          <button key={each} type="button" aria-pressed={each === value} onClick={() => onPick(each)}>
            {text}
          </button>
        ))}
      </span>
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

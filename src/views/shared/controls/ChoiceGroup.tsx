import type { ReactNode } from "react";

export interface ChoiceGroupProps<Option extends string | number> {
  /** The group's name, for whoever cannot see what it is about. */
  readonly label: string;
  readonly options: readonly Option[];
  readonly chosen: Option;
  readonly onChoose: (option: Option) => void;
  /** What stands on an option's button; left out: the option itself. */
  readonly textOf?: (option: Option) => ReactNode;
  readonly titleOf?: (option: Option) => string;
  readonly className?: string;
}

/** One option of a few: a group of buttons of which the chosen one is pressed. */
export function ChoiceGroup<Option extends string | number>(props: ChoiceGroupProps<Option>) {
  const { label, options, chosen, onChoose, textOf = String, titleOf, className = "choice" } = props;
  return (
    <span role="group" aria-label={label} className={className}>
      {options.map((option) => (
        <button
          key={option}
          type="button"
          aria-pressed={option === chosen}
          title={titleOf?.(option)}
          onClick={() => onChoose(option)}
        >
          {textOf(option)}
        </button>
      ))}
    </span>
  );
}

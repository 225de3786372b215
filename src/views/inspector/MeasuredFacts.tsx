import { effectOf } from "#analysis/ablation/effect.ts";
import type { HeadInspection, NeuronInspection } from "#state/run/results.ts";
import { Word } from "../guide/Word.tsx";
import { Value } from "../shared/figure/Value.tsx";
import { usePlain } from "../shared/use-plain.ts";
import { effectName } from "../shared/words/effect-name.ts";
import { READ_OFF, increaseName } from "../shared/words/read-off.ts";

interface Titles {
  readonly alone: string;
  readonly now: string;
  readonly increase: string;
}

/** What each number is, with the researcher’s numbers and without them. */
const TITLES = {
  head: {
    full: {
      alone: "log p(target) as it is − log p(target) with this head off, every other head running",
      now: "The same with the other interventions in place",
      increase:
        "log p(target) of the layer’s input with this head’s output added − without it, through the final norm at its frozen scale",
    },
    plain: {
      alone: "What becomes of the answer’s probability with this head off, every other head running",
      now: "The same with the other interventions in place",
      increase: `What this head’s own words make of the answer’s probability, ${READ_OFF}`,
    },
  },
  neuron: {
    full: {
      alone: "log p(target) as it is − log p(target) with this neuron off, everything else running",
      now: "log p(target) as it is − with this neuron off, the other interventions in place",
      increase: "log p(target) of the residual with activation × value vector added − without it",
    },
    plain: {
      alone: "What becomes of the answer’s probability with this neuron off, everything else running",
      now: "The same with what else is switched off",
      increase: `What this neuron’s own words make of the answer’s probability, ${READ_OFF}`,
    },
  },
} as const satisfies Record<string, Readonly<Record<"full" | "plain", Titles>>>;

interface MeasuredFactsProps {
  readonly kind: keyof typeof TITLES;
  /** Effect with nothing else ablated, in nats; NaN: awaited; undefined: nobody measures it. */
  readonly alone: number | undefined;
  readonly own: HeadInspection | NeuronInspection | undefined;
}

/** What a part is worth alone and in the run as it is now, and what it says itself. */
export function MeasuredFacts({ kind, alone, own }: MeasuredFactsProps) {
  const isPlain = usePlain();
  const titles = TITLES[kind][isPlain ? "plain" : "full"];
  return (
    <>
      {alone !== undefined && (
        <div title={titles.alone}>
          <dt>
            <Word of="effect" as={effectName(isPlain)} />
          </dt>
          <dd>
            <Value of={alone} as="effect" hasUnit />
          </dd>
        </div>
      )}
      <div title={titles.now}>
        <dt>
          <Word of="effect" as={isPlain ? "without it, the rest as it is now" : "effect now"} />
        </dt>
        <dd>
          <Value of={own ? effectOf(own) : Number.NaN} as="effect" hasUnit />
        </dd>
      </div>
      <div title={titles.increase}>
        <dt>
          <Word of="increase" as={increaseName(isPlain)} />
        </dt>
        <dd>
          <Value of={own?.increase ?? Number.NaN} as="increase" hasUnit />
          {isPlain && <span className="faint"> before later layers add to it or undo it</span>}
          <span className="faint researcher"> not direct logit attribution</span>
        </dd>
      </div>
    </>
  );
}

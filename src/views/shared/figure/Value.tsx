import { inNats, inWords } from "#charts/factor.ts";
import type { InNats } from "#charts/factor.ts";
import { figures, nats, percent } from "#charts/number-format.ts";
import { usePlain } from "../use-plain.ts";

/** `decimals`: two of them, of what is in logits or has no unit. */
const WRITE = { percent, figures, decimals: nats };

export type Unit = keyof typeof WRITE | InNats;

const isInNats = (as: Unit): as is InNats => !(as in WRITE);

/** A number as the page rounds it, with nats or without them. */
export const written = (value: number, as: Unit, isPlain: boolean) =>
  isInNats(as) ? inNats(value, as, isPlain) : WRITE[as](value);

interface ValueProps {
  readonly of: number;
  readonly as: Unit;
  /** Its unit stands behind it, where it has one; without nats it is said in words. */
  readonly hasUnit?: boolean;
}

/** A number as the panel rounds it, the whole of it on hover. */
export function Value({ of, as, hasUnit = false }: ValueProps) {
  const isPlain = usePlain();
  const isNats = isInNats(as);
  const text = isNats && hasUnit && isPlain ? inWords(of, as) : written(of, as, isPlain);
  return (
    <>
      <span className="value" title={titleOf(of, isNats && isPlain)}>
        {text}
      </span>
      {hasUnit && isNats && !isPlain && " nats"}
    </>
  );
}

/** The whole of a number; where the page writes it without its unit, with it. */
function titleOf(of: number, isBare: boolean): string {
  if (Number.isNaN(of)) return "not computed yet";
  return `${String(of).replace("-", "−")}${isBare ? " nats" : ""}`;
}

import { figures, nats, percent, signedNats } from "#charts/number-format.ts";

const WRITE = { percent, nats, signedNats, figures };

interface ValueProps {
  readonly of: number;
  readonly as: keyof typeof WRITE;
}

/** A number as the panel rounds it, the whole of it on hover. */
export function Value({ of, as }: ValueProps) {
  return (
    <span className="value" title={Number.isNaN(of) ? "not computed yet" : String(of).replace("-", "−")}>
      {WRITE[as](of)}
    </span>
  );
}

import { signedBars } from "#charts/plots/bars.ts";
import type { TokenLogit } from "#state/run/results.ts";
import { tokenText } from "../words/token-text.ts";
import { Value } from "./Value.tsx";

interface SignedTokensProps {
  readonly title: string;
  readonly tokens: readonly TokenLogit[];
  /** Logit of a full bar: shared by lists that are compared. */
  readonly limit: number;
  /** What the numbers are; left out, logits. */
  readonly unit?: string;
  /** Given, each logit is shown times this too: what the vector does here. */
  readonly factor?: number;
}

/** Tokens that a vector pushes up or down, with its logits as bars. */
export function SignedTokens({ title, tokens, limit, unit = "logit", factor }: SignedTokensProps) {
  const bars = signedBars(
    tokens.map(({ logit }) => Math.abs(logit)),
    limit,
  );
  return (
    <table className="signed-tokens">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">token</th>
          <th scope="col" className="number">
            {unit}
          </th>
          {factor !== undefined && (
            <th scope="col" className="number">
              × activation
            </th>
          )}
          <td />
        </tr>
      </thead>
      <tbody>
        {tokens.map(({ id, text, logit }, index) => (
          <tr key={id}>
            <th scope="row" className="token" title={`token ${id}`}>
              {tokenText(text)}
            </th>
            <td className="number">
              <Value of={logit} as="figures" />
            </td>
            {factor !== undefined && (
              <td className="number">
                <Value of={logit * factor} as="figures" />
              </td>
            )}
            <td className="bar-cell">
              <span
                className={`bar ${logit * (factor ?? 1) < 0 ? "against" : "for"}`}
                style={{ inlineSize: `${(bars[index]?.size ?? 0) * 100}%` }}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

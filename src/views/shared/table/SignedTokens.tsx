import { signedBars } from "#charts/plots/bars.ts";
import type { TokenLogit } from "#state/run/results.ts";
import { tokenText } from "../words/token-text.ts";
import { DataTable } from "./DataTable.tsx";
import { bar, measure, plain } from "./columns.tsx";
import type { Column } from "./columns.tsx";

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

type Row = TokenLogit & { readonly size: number };

/** Tokens that a vector pushes up or down, with its logits as bars. */
export function SignedTokens({ title, tokens, limit, unit = "logit", factor }: SignedTokensProps) {
  const bars = signedBars(
    tokens.map(({ logit }) => Math.abs(logit)),
    limit,
  );
  const columns: readonly Column<Row>[] = [
    {
      ...plain({ label: "token" }, ({ text }) => tokenText(text)),
      className: "token",
      title: ({ id }) => `token ${id}`,
    },
    measure({ label: unit }, "figures", ({ logit }) => logit),
    ...(factor === undefined
      ? []
      : [measure<Row>({ label: "× activation" }, "figures", ({ logit }) => logit * factor)]),
    bar(({ logit, size }) => ({ size, kind: logit * (factor ?? 1) < 0 ? "against" : "for" })),
  ];
  const rows = tokens.map((token, index) => ({ ...token, size: bars[index]?.size ?? 0 }));
  return <DataTable className="signed-tokens" caption={title} columns={columns} rows={rows} keyOf={({ id }) => id} />;
}

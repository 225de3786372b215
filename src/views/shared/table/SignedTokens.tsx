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

/** Tokens that a vector pushes up or down, with its logits as bars. */
export function SignedTokens({ title, tokens, limit, unit = "logit", factor }: SignedTokensProps) {
  const columns: readonly Column<TokenLogit>[] = [
    {
      ...plain({ label: "token" }, ({ text }) => tokenText(text)),
      className: "token",
      title: ({ id }) => `token ${id}`,
    },
    measure({ label: unit }, "figures", ({ logit }) => logit),
    ...(factor === undefined
      ? []
      : [measure<TokenLogit>({ label: "× activation" }, "figures", ({ logit }) => logit * factor)]),
    bar(({ logit }) => Math.abs(logit), {
      limit,
      kind: ({ logit }) => (logit * (factor ?? 1) < 0 ? "against" : "for"),
    }),
  ];
  return <DataTable className="signed-tokens" caption={title} columns={columns} rows={tokens} keyOf={({ id }) => id} />;
}

import type { TokenLogit } from "#state/run/results.ts";
import type { Table } from "../../exports/csv.ts";
import { DataTable } from "./DataTable.tsx";
import { bar, forResearchers, measure, plain, tableOf, token } from "./columns.tsx";
import type { Column } from "./columns.tsx";

interface SignedNumbers {
  /** What the numbers are; left out, logits. */
  readonly unit?: string;
  /** Their head in a file; left out, `logit`. */
  readonly key?: string;
  /** Given, each number is shown times this too: what the vector does here. */
  readonly factor?: number;
}

/** Columns of tokens with a signed number. */
const signedColumns = ({ unit = "logit", key = "logit", factor }: SignedNumbers): readonly Column<TokenLogit>[] => [
  token(
    ({ text }) => text,
    ({ id }) => `token ${id}`,
  ),
  plain({ key: "id" }, ({ id }) => id),
  forResearchers(measure({ label: unit, key }, "figures", ({ logit }) => logit)),
  ...(factor === undefined
    ? []
    : [
        forResearchers(
          measure<TokenLogit>(
            { label: "× activation", key: `${key}_times_activation` },
            "figures",
            ({ logit }) => logit * factor,
          ),
        ),
      ]),
];

/** Lists of such tokens below each other, as a file has them. */
export const signedTable = (
  lists: readonly { readonly name: string; readonly tokens: readonly TokenLogit[] }[],
  numbers: SignedNumbers,
): Table =>
  tableOf(
    [plain<TokenLogit & { readonly name: string }>({ key: "list" }, ({ name }) => name), ...signedColumns(numbers)],
    lists.flatMap(({ name, tokens }) => tokens.map((row) => ({ ...row, name }))),
  );

interface SignedTokensProps extends SignedNumbers {
  readonly title: string;
  readonly tokens: readonly TokenLogit[];
  /** Number of a full bar: shared by lists that are compared. */
  readonly limit: number;
}

/** Tokens that a vector pushes up or down, with its logits as bars. */
export function SignedTokens({ title, tokens, limit, ...numbers }: SignedTokensProps) {
  const { factor = 1 } = numbers;
  const columns = [
    ...signedColumns(numbers),
    bar<TokenLogit>(({ logit }) => Math.abs(logit), {
      limit,
      kind: ({ logit }) => (logit * factor < 0 ? "against" : "for"),
    }),
  ];
  return <DataTable className="signed-tokens" caption={title} columns={columns} rows={tokens} keyOf={({ id }) => id} />;
}

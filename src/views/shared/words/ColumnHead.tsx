import { Suspense } from "react";
import type { TermProps } from "../../guide/Term.tsx";
import { later } from "../later.tsx";

/** The sentences come later than the first look, and where they do not come at all the word stands alone. */
const Known = later<TermProps>(() =>
  import("../../guide/Term.tsx").then(
    ({ Term: known }) => known,
    () => Bare,
  ),
);
const Bare = ({ label }: TermProps) => label;

/** A label, with the sentence of the technical word in it. */
export const Term = (props: TermProps) => (
  <Suspense fallback={props.label}>
    <Known.Panel {...props} />
  </Suspense>
);

interface ColumnHeadProps extends TermProps {
  /** In the style sheets. */
  readonly className?: string | undefined;
  /** How many columns it is above; one where that is left out. */
  readonly span?: number;
}

/** The head of a column, or of several: every table's, so that a technical word in it has its sentence. */
export const ColumnHead = ({ className, span, ...term }: ColumnHeadProps) => (
  <th scope={span ? "colgroup" : "col"} colSpan={span} className={className}>
    <Term {...term} />
  </th>
);

import type { Column } from "./columns.tsx";

/** Without the researcher’s numbers nothing is in nats. */
const withoutUnit = (label: string) => label.replace(/, nats$/, "");

/** A column under the names that it has without the researcher’s numbers. */
export const plainColumn = <Row>({ plainly, ...column }: Column<Row>): Column<Row> => ({
  ...column,
  ...(column.label !== undefined && { label: withoutUnit(column.label) }),
  ...(column.group !== undefined && { group: withoutUnit(column.group) }),
  ...plainly,
});

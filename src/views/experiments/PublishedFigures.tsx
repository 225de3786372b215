import type { PublishedTable } from "./published.ts";
import { PUBLISHED_SOURCE } from "./published.ts";

/** The paper's own numbers, beside and never among those of the model that is open. */
export function PublishedFigures({ tables }: { readonly tables: readonly PublishedTable[] }) {
  return (
    <section aria-label="Published values" className="published">
      <h3>Published values: {PUBLISHED_SOURCE}</h3>
      {tables.map(({ caption, columns, rows }) => (
        <div key={caption} className="table-scroll" tabIndex={0} role="group" aria-label={`${caption}, scrolls`}>
          <table className="experiment-table">
            <caption>{caption}</caption>
            <thead>
              <tr>
                {columns.map((column, index) =>
                  index === 0 ? (
                    <td key={column} />
                  ) : (
                    <th key={column} scope="col" className="number">
                      {column}
                    </th>
                  ),
                )}
              </tr>
            </thead>
            <tbody>
              {rows.map(([label, ...values]) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  {values.map((value, index) => (
                    <td key={columns[index + 1]} className="number">
                      {typeof value === "number" ? value.toFixed(1) : value}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ))}
    </section>
  );
}

import type { ReactNode } from "react";

interface MethodProps {
  /** The docs' page of the method, by its name in `docs/methods`. */
  readonly page: string;
  readonly children: ReactNode;
}

/** How a panel's numbers came about, one click away, and where that is written down whole. */
export function Method({ page, children }: MethodProps) {
  return (
    <details className="method">
      <summary>How this is computed</summary>
      <p>{children}</p>
      <p>
        {/* relative, as the page may lie in any folder */}
        <a className="alone" href={`./docs/methods/${page}.html`} target="_blank" rel="noopener">
          Formula, source and limits
        </a>
      </p>
    </details>
  );
}

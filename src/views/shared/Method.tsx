import type { ReactNode } from "react";

/** How a panel's numbers came about, one click away. */
export function Method({ children }: { readonly children: ReactNode }) {
  return (
    <details className="method">
      <summary>How this is computed</summary>
      <p>{children}</p>
    </details>
  );
}

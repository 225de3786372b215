import { useStore } from "zustand";
import { linkedResult, readLinkedResult, withdrawResult } from "#state/experiments/linked-result.ts";

/** Digits of a hash that a person compares. */
const SHOWN_DIGITS = 12;

/** The saved result that a link names and that lies elsewhere: nothing is read from there before a person says so. */
export function LinkedResult() {
  const linked = useStore(linkedResult);
  if (linked.kind === "none" || linked.kind === "shown") return null;
  const { address, sha256 } = linked.named;
  return (
    <section className="load-offer" aria-label="Result that the link names">
      {linked.kind === "reading" ? (
        <p>
          Reading <code>{address}</code>…{" "}
          <button type="button" onClick={withdrawResult}>
            Cancel
          </button>
        </p>
      ) : (
        <>
          <h2>
            Read the result at <code>{new URL(address).host}</code>?
          </h2>
          <p>
            The link names a saved result: <code>{address}</code>, SHA-256 <code>{sha256.slice(0, SHOWN_DIGITS)}…</code>
            . Nothing was read from there yet, and what comes is shown only where it is that file, bit for bit.
          </p>
          <p className="offer-actions">
            <button type="button" className="primary" onClick={() => void readLinkedResult()}>
              Read it
            </button>
            <button type="button" onClick={withdrawResult}>
              Not now
            </button>
          </p>
        </>
      )}
    </section>
  );
}

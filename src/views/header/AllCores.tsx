import { useStore } from "zustand";
import { serving } from "#state/serving/serving.ts";

const ONE_CORE = "WASM computes on one core here: browsers give threads only to a page that is isolated from others.";
/** For whoever serves the page; see docs/hosting.md. */
const BY_HOST =
  "That takes https and the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.";

/** Why WASM has one thread, and the way to all of them where the page has one. */
export function AllCores() {
  const isolation = useStore(serving, (state) => state.isolation);
  switch (isolation.kind) {
    case "isolated":
      return null;
    case "offered":
      return (
        <p className="faint">
          {ONE_CORE} The host of this page does not isolate it; from its next visit on the page does so itself, or now,
          opened anew with your prompt and what is switched off.{" "}
          <button type="button" onClick={() => void isolation.open()}>
            Use all cores
          </button>
        </p>
      );
    case "refused":
      return (
        <p className="faint">
          {ONE_CORE} This browser does not isolate it although it is asked to: it may be shown inside another page.
        </p>
      );
    case "impossible":
      return (
        <p className="faint">
          {ONE_CORE} {BY_HOST}
        </p>
      );
  }
}

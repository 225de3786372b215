import { useStore } from "zustand";
import { countOf, duration, roughly } from "#charts/number-format.ts";
import type { Dtype } from "#model/checkpoint.ts";
import { wasmThreads } from "#model/cost/threads.ts";
import { hubChoice, model } from "#state/model/model.ts";
import type { ModelChoice, ModelState } from "#state/model/model.ts";
import { catalogue, obstacleTo, readCatalogue } from "#state/road/catalogue.ts";
import type { CatalogueEntry } from "#state/road/catalogue.ts";
import { estimateOf } from "#state/road/estimates.ts";
import type { Device, CostEstimate } from "#state/road/estimates.ts";
import { expectedHere } from "#state/road/expected-memory.ts";
import type { ExpectedMemory } from "#state/road/expected-memory.ts";
import { BACKEND_NAMES } from "../header/backend-names.ts";
import { asClause, asSentence } from "../shared/words/sentence.ts";

interface CatalogueProps {
  readonly onChoose: (choice: ModelChoice, dtype?: Dtype) => void;
}

/** Models that are known to be of use here, with what each will take on this device. */
export function Catalogue({ onChoose }: CatalogueProps) {
  const { models, fault } = useStore(catalogue);
  const state = useStore(model);
  if (fault) {
    return (
      <section aria-label="Known models">
        <p role="alert">{asSentence(fault.message)}</p>
        <button type="button" onClick={() => void readCatalogue()}>
          Read the list again
        </button>
      </section>
    );
  }
  if (!models) return null;
  const device = deviceHere(state);
  return (
    <section aria-label="Known models">
      <h3>Known models, the smallest first</h3>
      <p className="small faint">{deviceSentence(device)}</p>
      <ul className="model-list">
        {models.map((entry) => (
          <li key={entry.repo}>
            <Entry
              entry={entry}
              estimate={estimateOf(entry, state.dtype, device)}
              expected={device.expected}
              onChoose={onChoose}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface EntryProps extends CatalogueProps {
  readonly entry: CatalogueEntry;
  readonly estimate: CostEstimate;
  readonly expected: ExpectedMemory;
}

function Entry({ entry, estimate, expected, onChoose }: EntryProps) {
  const { name, family, parameters, shape, licence, isGated, goodFor, repo, revision, file } = entry;
  const { tooMuch, dtype } = estimate;
  const obstacle = obstacleTo(entry) ?? (tooMuch && `Not for this device: ${TOO_MUCH[tooMuch](expected)}.`);
  const isOpenable = obstacleTo(entry) === undefined && tooMuch !== "addressable";
  const choice = hubChoice({
    kind: "hub",
    repo,
    ...(revision !== undefined && { revision }),
    ...(file !== undefined && { file }),
  });
  return (
    <>
      <div className="about-model">
        <h4>{name}</h4>
        <p>{goodFor.map(asSentence).join(" ")}</p>
        <p className="small faint">
          {family}, {countOf(parameters)} parameters, {shape.layers} layers × {shape.heads} heads ·{" "}
          {licence === "other" ? "a licence of its own" : `licence ${licence}`}
          {isGated && ", gated: needs an access token of an account that was let in"}
        </p>
        <p className="small">{costSentence(entry, estimate)}</p>
        {obstacle !== undefined && <p className="small too-much">{obstacle}</p>}
      </div>
      {isOpenable && (
        <button type="button" aria-label={`Open ${name}`} onClick={() => onChoose(choice, dtype)}>
          {tooMuch === undefined ? "Open" : "Open anyway"}
        </button>
      )}
    </>
  );
}

const TOO_MUCH = {
  expected: ({ bytes }: ExpectedMemory) => `it may take more than the ${roughly(bytes)} that a page can expect here`,
  addressable: () => "WASM cannot hold its weights, a graphics processor is needed",
} satisfies Record<NonNullable<CostEstimate["tooMuch"]>, unknown>;

/** “≈ 269 MB to read; ≈ 825 MB of memory at its peak in q8; a map of all heads in about 14 s.” */
function costSentence({ stored }: CatalogueEntry, { downloadBytes, peakBytes, dtype, times }: CostEstimate): string {
  const read = stored === undefined ? `at most ${roughly(downloadBytes)}` : `≈ ${roughly(downloadBytes)}`;
  const map = times ? `; a map of all heads in about ${duration(times.sweepMs)}` : "";
  return `${read} to read; ≈ ${roughly(peakBytes)} of memory at its peak in ${dtype}${map}.`;
}

function deviceSentence({ backend, expected, threads }: Device): string {
  const times =
    backend === "wasm"
      ? ` on WASM with ${threads === 1 ? "one thread" : `${threads} threads`}; times are those of a laptop`
      : ` on ${BACKEND_NAMES[backend]}; how fast, the first run will tell`;
  return `Estimated from each model’s shape${times}. Some ${roughly(expected.bytes)} are expected here: ${asClause(expected.reason)}.`;
}

/** What the model at hand runs on is what another will run on, unless something else was asked for. */
function deviceHere({ backend, info }: ModelState): Device {
  const guessed = info?.backend ?? ("gpu" in navigator ? "webgpu" : "wasm");
  return {
    backend: backend === "auto" ? guessed : backend,
    // as many as run now, which the page's address may have asked for
    threads: info?.threads ?? wasmThreads(navigator.hardwareConcurrency, crossOriginIsolated),
    expected: expectedHere(),
  };
}

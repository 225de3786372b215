import { grouped } from "#core/grouped.ts";
import { useStore } from "zustand";
import { countOf, megabytes, roughly } from "#charts/number-format.ts";
import type { Dtype } from "#model/checkpoint.ts";
import type { CheckpointReport } from "#protocol/engine.ts";
import { modelLabel } from "#state/model/model.ts";
import { dtypesOf } from "#state/model/named.ts";
import { acceptOffer, chooseGguf, chooseOfferedDtype, withdrawOffer } from "#state/model/load-offer.ts";
import { loadOffer } from "#state/model/offered.ts";
import type { LoadOffer as Offer } from "#state/model/offered.ts";
import { BACKEND_NAMES } from "../../header/backend-names.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { plain } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { asSentence } from "../../shared/words/sentence.ts";

/** What a large model will cost, before any of its weights is read: the person says yes or no. */
export function AskedOffer() {
  const offer = useStore(loadOffer);
  if (offer.kind === "none") return null;
  return (
    <section className="load-offer" aria-label="Model to load">
      {offer.kind === "inspecting" ? (
        <p>
          Reading what <code>{modelLabel(offer.choice)}</code> says of itself… <CancelButton>Cancel</CancelButton>
        </p>
      ) : offer.kind === "choosing" ? (
        <Choosing offer={offer} />
      ) : (
        <Asking offer={offer} />
      )}
    </section>
  );
}

/** Types that a name can say and that no file is read in, as the file itself would say once it is opened. */
const UNREAD = /^(?:IQ[123]|TQ\d|MXFP4)/;

function Choosing({ offer: { choice, files } }: { readonly offer: Extract<Offer, { kind: "choosing" }> }) {
  return (
    <>
      <h2>
        Which file of <code>{modelLabel(choice)}</code>?
      </h2>
      <p className="faint">It has models in GGUF; the fewer bits a type has, the smaller and the less exact.</p>
      <ul className="gguf-files">
        {files.map(({ file, type, bytes, parts }) => (
          <li key={file}>
            <button type="button" className="sheet-item" onClick={() => void chooseGguf(file)}>
              <code>{file}</code>{" "}
              {[
                type,
                bytes > 0 && megabytes(bytes),
                parts > 1 && `${parts} parts`,
                UNREAD.test(type) && "not read here",
              ]
                .filter(Boolean)
                .join(", ")}
            </button>
          </li>
        ))}
      </ul>
      <p className="offer-actions">
        <CancelButton>Not now</CancelButton>
      </p>
    </>
  );
}

type AskedOfferState = Extract<Offer, { kind: "asking" }>;

function Asking({ offer }: { readonly offer: AskedOfferState }) {
  const { report, dtype, choice, expected } = offer;
  const { missingBytes, refusal, notStored, peakBytes } = report.held[dtype];
  const isTooMuch = refusal === "" && peakBytes > expected.bytes;
  return (
    <>
      <h2>
        Load <code>{modelLabel(choice)}</code>?
      </h2>
      <p>{modelSentence(report)}</p>
      <DataTable
        className="dtype-choice"
        caption="Precisions and what each takes"
        isCaptionHidden
        columns={precisionColumns(offer)}
        rows={dtypesOf(choice)}
        keyOf={(each) => each}
        rowProps={(each) => ({ className: report.held[each].refusal === "" ? "" : "refused" })}
      />
      <p className="faint">{deviceSentence(report)}</p>
      {refusal !== "" && (
        <p role="alert">
          Not in {dtype}: {asSentence(refusal)}
        </p>
      )}
      {isTooMuch && <p role="alert">{memorySentence(dtype, peakBytes, expected.reason)}</p>}
      {refusal === "" && notStored !== "" && (
        <p role="status">
          In {dtype} it is held in memory, for this visit alone: {asSentence(notStored)}
        </p>
      )}
      <p className="offer-actions">
        <button
          type="button"
          className="primary"
          disabled={refusal !== ""}
          onClick={() => {
            if (report.storage.isPersistent && notStored === "") void askToKeep();
            void acceptOffer();
          }}
        >
          {isTooMuch ? "Load anyway" : "Load"} ({dtype}, {megabytes(missingBytes)} to read)
        </button>
        <CancelButton>Not now</CancelButton>
      </p>
    </>
  );
}

function precisionColumns({ report, dtype, expected }: AskedOfferState): readonly Column<Dtype>[] {
  const held = (each: Dtype) => report.held[each];
  return [
    {
      ...plain({ label: "weights" }, (each: Dtype) => each),
      show: (each) => (
        <label>
          <input type="radio" name="offered-dtype" checked={each === dtype} onChange={() => chooseOfferedDtype(each)} />{" "}
          {each}
        </label>
      ),
    },
    plain({ label: "to read" }, (each) => megabytes(held(each).missingBytes)),
    plain({ label: "kept" }, (each) => megabytes(held(each).storedBytes)),
    plain({ label: "in memory" }, (each) => megabytes(held(each).memoryBytes)),
    {
      ...plain({ label: "at most, all in all" }, (each) => roughly(held(each).peakBytes)),
      about: "The most that the tab takes while it loads and sweeps all heads, estimated",
      show(each) {
        const { peakBytes } = held(each);
        return <span className={peakBytes > expected.bytes ? "too-much" : undefined}>≈ {roughly(peakBytes)}</span>;
      },
    },
  ];
}

function CancelButton({ children }: { readonly children: string }) {
  return (
    <button type="button" onClick={withdrawOffer}>
      {children}
    </button>
  );
}

function modelSentence({ family, layers, heads, vocabulary, parameters, storedAs, checkpointBytes }: CheckpointReport) {
  return (
    `A ${family} model of ${countOf(parameters)} parameters: ${layers} ${layers === 1 ? "layer" : "layers"} × ${heads} ${heads === 1 ? "head" : "heads"}, ` +
    `${grouped(vocabulary)} tokens, stored as ${storedAs.join(", ")} in ${megabytes(checkpointBytes)}.`
  );
}

function deviceSentence({ device, storage }: CheckpointReport): string {
  const { backend, adapter, note, hasShaderF16, maxBindingBytes } = device;
  const binding = maxBindingBytes === undefined ? "" : `, up to ${megabytes(maxBindingBytes)} in one buffer`;
  const half = backend === "webgpu" ? `, ${hasShaderF16 ? "with" : "without"} 16-bit shaders` : "";
  const runs = `It runs on ${BACKEND_NAMES[backend]}${adapter && ` (${adapter})`}${binding}${half}.`;
  const why = note === "" ? "" : ` ${asSentence(note)}`;
  return `${runs}${why} ${storageSentence(storage)}`;
}

function storageSentence({ isPersistent, quotaBytes, usedBytes }: CheckpointReport["storage"]): string {
  if (!isPersistent) return "This browser keeps nothing between visits: the model is read anew each time.";
  const room =
    quotaBytes === undefined || usedBytes === undefined
      ? ""
      : `; ${megabytes(usedBytes)} of the ${megabytes(quotaBytes)} that this page may take are used`;
  return `It is kept in this browser for the next visit${room}. The browser may ask whether the page may keep it.`;
}

const memorySentence = (dtype: Dtype, peakBytes: number, reason: string) =>
  `In ${dtype} it may take ${roughly(peakBytes)} at its peak, and ${reason}: the browser may end the tab while it loads. Your prompt and link are kept.`;

/** Asks the browser to keep what is stored: once granted, it does not clear it away by itself when space runs short. */
async function askToKeep(): Promise<void> {
  // a page over http has no storage, and some browsers none that can be kept
  const { persisted, persist } = (navigator.storage ?? {}) as Partial<StorageManager>;
  if (persisted && persist && !(await persisted.call(navigator.storage))) await persist.call(navigator.storage);
}

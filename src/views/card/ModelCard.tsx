import { grouped } from "#core/grouped.ts";
import { useStore } from "zustand";
import { percent } from "#charts/number-format.ts";
import { closeCard, shipped } from "#state/model/shipped.ts";
import type { CardSet, ModelCard as Card } from "#state/model/shipped.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { DataTable } from "../shared/table/DataTable.tsx";
import { count, onScreen, plain } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { setName } from "./set-name.ts";
import "./card.css";

const DTYPES = ["f32", "q8", "q4"] as const;

/** What a model that comes with the page is, can do, cannot do, and was made to do on purpose. */
export function ModelCard() {
  const card = useStore(shipped, (state) => state.card);
  return (
    <Dialog title={card?.title ?? ""} isOpen={card !== undefined} onClose={closeCard}>
      {card && <CardBody card={card} />}
    </Dialog>
  );
}

function CardBody({ card }: { readonly card: Card }) {
  return (
    <div className="model-card">
      <p>{card.what}</p>
      <h3>How it was made</h3>
      <p>{card.trained}</p>
      {card.chosen !== "" && <p>{card.chosen}</p>}
      <h3>What it can do</h3>
      <Accuracies sets={card.measured.sets} />
      <h3>What quantisation moved</h3>
      {(["q8", "q4"] as const).map((dtype) => (
        <Moved key={dtype} dtype={dtype} card={card} />
      ))}
      <h3>What its heads and neurons do</h3>
      <p>{card.heads}</p>
      <h3>Known failures</h3>
      <ul>
        {card.failures.map((failure) => (
          <li key={failure}>{failure}</li>
        ))}
      </ul>
      <h3>The bias it was given</h3>
      <p>{card.bias}</p>
    </div>
  );
}

const ACCURACY: readonly Column<CardSet>[] = [
  plain({ label: "cases" }, ({ name }) => setName(name)),
  count({ label: "n" }, ({ cases }) => cases),
  ...DTYPES.map((dtype) => onScreen<CardSet>(dtype, ({ cases, right }) => percent(right[dtype] / cases))),
];

function Accuracies({ sets }: { readonly sets: readonly CardSet[] }) {
  return (
    <>
      <p className="small faint">
        Share of cases whose answer is the most probable token, by the engine of this page. Numeral sets of two digits
        are 1,000 seeded pairs for + and −, all products to 999 for × and ÷; the others are complete.
      </p>
      <DataTable name="Accuracy" className="plain" columns={ACCURACY} rows={sets} keyOf={({ name }) => name} />
    </>
  );
}

function Moved({ card: { measured }, dtype }: { readonly card: Card; readonly dtype: "q8" | "q4" }) {
  const { count, cases } = measured.moved[dtype];
  const all = measured.sets.reduce((sum, set) => sum + set.cases, 0);
  const listed = cases.map(({ prompt, expected, trained, found }) => {
    const was = trained === expected ? "" : ` (${trained} in f32, ${expected} is right)`;
    return `${prompt} ${found}${was}`;
  });
  return (
    <p>
      {dtype}: {count === 0 ? "no answer" : `${grouped(count)} answers`} of {grouped(all)}
      {count > 0 && `, ${count > cases.length ? "as" : "namely"} “${listed.join("”, “")}”`}.
    </p>
  );
}

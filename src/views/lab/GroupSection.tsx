import { useStore } from "zustand";
import { symmetricLimit } from "#charts/colour.ts";
import { measureGroup } from "#state/lab/actions.ts";
import { lab } from "#state/lab/tools.ts";
import type { LabSlot, MeasuredGroup } from "#state/lab/tools.ts";
import { model } from "#state/model/model.ts";
import { results } from "#state/run/results.ts";
import { ablationWords } from "../shared/words/ablation-words.ts";
import { usePlain } from "../shared/use-plain.ts";
import { groupSentence } from "./lab-sentences.ts";
import { GROUP_COLUMNS, groupRuns } from "./lab-columns.tsx";
import { drawnGroup } from "./lab-exports.ts";
import { Exports } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { SignedTokens } from "../shared/table/SignedTokens.tsx";
import { DataTable } from "../shared/table/DataTable.tsx";
import { bar, count, plain } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { LabProgress } from "./LabProgress.tsx";
import { Prose } from "../guide/Term.tsx";

const LISTED = 8;

/** What a set of neurons is worth together, against random ones. */
export function GroupSection() {
  const slot = useStore(lab, (slots) => slots.group);
  const { value } = slot;
  const comparison = useStore(results, (slots) => slots.comparison.value);
  const isReady = useStore(model, (state) => state.status.kind === "ready");
  const rows = comparison?.rows ?? [];
  return (
    <section aria-label="Group" className="panel">
      <header className="panel-head">
        <h2>What are they worth together?</h2>
      </header>
      {rows.length > 0 ? (
        <button
          type="button"
          className="primary"
          disabled={!isReady}
          onClick={() => measureGroup(rows, `${rows.length} neurons of the comparison`)}
        >
          Switch the {rows.length} neurons of the comparison off together
        </button>
      ) : (
        !value && (
          <p className="empty">
            With a head off, the comparison’s neurons can be switched off together here, against random groups of the
            same size and layers. A concept search gives such a group as well.
          </p>
        )
      )}
      <LabProgress kind="group" doing="Switching groups off" />
      {value && <Measured group={value} slot={slot} />}
    </section>
  );
}

interface MeasuredProps {
  readonly group: MeasuredGroup;
  readonly slot: LabSlot<MeasuredGroup>;
}

function Measured({ group, slot }: MeasuredProps) {
  const { target, ablationSource, found } = group;
  const { name, becomes } = ablationWords(ablationSource);
  const limit = symmetricLimit([...found.promotes, ...found.suppresses].map(({ logit }) => logit));
  const isPlain = usePlain();
  return (
    <>
      <p className="says">
        <Prose>{groupSentence(group, isPlain)}</Prose>
      </p>
      <div className="card-columns">
        <DataTable
          className="signed-tokens group-losses"
          caption={isPlain ? `How likely ${tokenText(target)} is` : `log p(${tokenText(target)}), nats`}
          columns={GROUP_COLUMNS}
          rows={groupRuns(group)}
        />
        <SignedTokens title="Together they promote" tokens={found.promotes.slice(0, LISTED)} limit={limit} />
        <SignedTokens title="and suppress" tokens={found.suppresses.slice(0, LISTED)} limit={limit} />
        <Layers perLayer={found.perLayer} />
      </div>
      <footer className="panel-foot">
        <Method page="neuron-group">
          Every neuron of the group {becomes} ({name}) in the model as it is, whatever else is switched off. The random
          groups have as many neurons in each layer and none of the group’s; they are drawn with a fixed seed, so that
          the same ones are drawn again. Tokens: the sum of activation × value vector at the last position, through the
          final norm with the run’s scale. Spread: standard deviation over the draws.
        </Method>
        <Exports drawn={drawnGroup(slot)} />
      </footer>
    </>
  );
}

const LAYER_COLUMNS: readonly Column<{ readonly layer: number; readonly neurons: number }>[] = [
  plain({ label: "layer" }, ({ layer }) => `L${layer}`),
  count({ label: "neurons" }, ({ neurons }) => neurons),
  bar(({ neurons }) => neurons, { kind: () => "count" }),
];

function Layers({ perLayer }: { readonly perLayer: readonly number[] }) {
  const rows = perLayer.map((neurons, layer) => ({ layer, neurons }));
  return <DataTable className="signed-tokens" caption="Their layers" columns={LAYER_COLUMNS} rows={rows} />;
}

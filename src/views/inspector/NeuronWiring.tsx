import { useStore } from "zustand";
import { symmetricLimit } from "#charts/colour.ts";
import type { NeuronId } from "#model/ids.ts";
import { readWiring } from "#state/lab/actions.ts";
import { lab } from "#state/lab/tools.ts";
import type { NeuronWiring as Wiring } from "#state/lab/tools.ts";
import { drawnWiring } from "./card-exports.ts";
import { Exports } from "../exports/Exports.tsx";
import { SignedTokens } from "../shared/table/SignedTokens.tsx";
import { DataTable } from "../shared/table/DataTable.tsx";
import { plain, tokens } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";

const LISTED = 8;
const BEHIND = 6;

/** What raises the neuron, and what its value vector says once later attention layers have moved it: read when it is opened. */
export function NeuronWiring({ at }: { readonly at: NeuronId }) {
  const { value, status } = useStore(lab, (slots) => slots.wiring);
  const own = value?.at.layer === at.layer && value.at.neuron === at.neuron ? value : undefined;
  return (
    <details
      className="method wiring"
      onToggle={(event) => {
        if (event.currentTarget.open && !own) readWiring(at);
      }}
    >
      <summary>What raises it, and what it says behind later attention layers</summary>
      {own ? <WiringEvidence wiring={own} /> : <p>{status === "failed" ? "It could not be read." : "Reading …"}</p>}
    </details>
  );
}

function WiringEvidence({ wiring }: { readonly wiring: Wiring }) {
  const slot = useStore(lab, (slots) => slots.wiring);
  return (
    <>
      <div className="card-columns">
        {wiring.keys.map(({ part, raisedBy, loweredBy }) => {
          const limit = symmetricLimit([...raisedBy, ...loweredBy].map(({ logit }) => logit));
          const name = wiring.keys.length > 1 ? `The ${part} key` : "The key";
          return [
            <SignedTokens
              key={`${part} raised`}
              title={`${name} is raised by`}
              tokens={raisedBy.slice(0, LISTED)}
              limit={limit}
              unit="product"
            />,
            <SignedTokens
              key={`${part} lowered`}
              title="and lowered by"
              tokens={loweredBy.slice(0, LISTED)}
              limit={limit}
              unit="product"
            />,
          ];
        })}
      </div>
      {wiring.through.length > 0 && <Through through={wiring.through} />}
      <footer className="panel-foot">
        <p className="faint">
          Products: a token’s embedding with the norm’s gain times the neuron’s row of the FFN’s first matrix, without
          the norm’s scale. A gated neuron is raised where both keys agree in what they want: activation = silu(gate) ·
          up. Behind an attention layer: value vector through its value and output matrices, all heads, norm scale
          frozen.
        </p>
        <Exports drawn={drawnWiring(slot)} />
      </footer>
    </>
  );
}

const THROUGH: readonly Column<Wiring["through"][number]>[] = [
  plain({ label: "behind" }, ({ layer }) => `attention L${layer}`),
  tokens({ label: "promotes" }, BEHIND, ({ promotes }) => promotes),
  tokens({ label: "suppresses" }, BEHIND, ({ suppresses }) => suppresses),
];

const Through = ({ through }: Pick<Wiring, "through">) => (
  <DataTable
    name="Behind later attention layers"
    className="plain"
    caption="First tokens of the value vector behind each later attention layer"
    isCaptionHidden
    columns={THROUGH}
    rows={through}
  />
);

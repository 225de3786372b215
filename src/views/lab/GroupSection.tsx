import { grouped } from "#core/grouped.ts";
import { useStore } from "zustand";
import { signedBars } from "#charts/plots/bars.ts";
import { symmetricLimit } from "#charts/colour.ts";
import { nats } from "#charts/number-format.ts";
import { measureGroup } from "#state/lab/actions.ts";
import { lab } from "#state/lab/tools.ts";
import type { LabSlot, MeasuredGroup } from "#state/lab/tools.ts";
import { model } from "#state/model/model.ts";
import { results } from "#state/run/results.ts";
import { ablationWords } from "../shared/words/ablation-words.ts";
import { groupSentence } from "./lab-sentences.ts";
import { drawnGroup, groupRuns } from "./lab-exports.ts";
import { Exports } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { SignedTokens } from "../shared/figure/SignedTokens.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { LabProgress } from "./LabProgress.tsx";

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
  const losses = groupRuns(group);
  const bars = signedBars(losses.map(({ logProbability }) => found.baseline - logProbability));
  return (
    <>
      <p className="says">{groupSentence(group)}</p>
      <div className="card-columns">
        <table className="signed-tokens group-losses">
          <caption>log p({tokenText(target)}), nats</caption>
          <thead>
            <tr>
              <th scope="col">run</th>
              <th scope="col" className="number">
                log p
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {losses.map(({ name, logProbability }, index) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number" title={String(logProbability)}>
                  {nats(logProbability)}
                </td>
                <td className="bar-cell">
                  <span
                    className={`bar ${found.baseline - logProbability < 0 ? "against" : "for"}`}
                    style={{
                      insetInlineStart: `${(bars[index]?.start ?? 0) * 100}%`,
                      inlineSize: `${(bars[index]?.size ?? 0) * 100}%`,
                    }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
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

function Layers({ perLayer }: { readonly perLayer: readonly number[] }) {
  const bars = signedBars(perLayer);
  return (
    <table className="signed-tokens">
      <caption>Their layers</caption>
      <thead>
        <tr>
          <th scope="col">layer</th>
          <th scope="col" className="number">
            neurons
          </th>
          <td />
        </tr>
      </thead>
      <tbody>
        {perLayer.map((count, layer) => (
          <tr key={layer}>
            <th scope="row">L{layer}</th>
            <td className="number">{grouped(count)}</td>
            <td className="bar-cell">
              <span className="bar count" style={{ inlineSize: `${(bars[layer]?.size ?? 0) * 100}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import { useStore } from "zustand";
import { symmetricLimit } from "#charts/colour.ts";
import { nats } from "#charts/number-format.ts";
import { formatNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import { effectAlone } from "#state/effect-alone.ts";
import { isStale, results } from "#state/run/results.ts";
import type { NeuronInspection } from "#state/run/results.ts";
import { isSameSubject } from "#state/subject.ts";
import type { Subject } from "#state/subject.ts";
import { Exports } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { SignedTokens } from "../shared/table/SignedTokens.tsx";
import { Word } from "../guide/Word.tsx";
import { Value } from "../shared/figure/Value.tsx";
import { DataTable } from "../shared/table/DataTable.tsx";
import { bar, forResearchers, measure, token } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { activationNow, neuronLists, neuronSentence } from "./card-sentences.ts";
import { drawnNeuron } from "./card-exports.ts";
import { usePlain } from "../shared/use-plain.ts";
import { CardHead } from "./CardHead.tsx";
import { MeasuredFacts } from "./MeasuredFacts.tsx";
import { NeuronWiring } from "./NeuronWiring.tsx";

const LISTED = 8;

interface NeuronCardProps {
  readonly at: NeuronId;
  readonly isPreview: boolean;
}

/** One FFN neuron: what it promotes, where in the prompt it is active, what is lost without it. */
export function NeuronCard({ at, isPreview }: NeuronCardProps) {
  const slot = useStore(results, (slots) => slots.neuron);
  const own = slot.value?.at.layer === at.layer && slot.value.at.neuron === at.neuron ? slot.value : undefined;
  const alone = useStore(results, (slots) => effectAlone(slots, { kind: "neuron", at }, own && slots.neuron.about));
  return (
    <>
      <CardHead part={{ kind: "neuron", at }} isPreview={isPreview} />
      <div className={own && !isStale(slot) ? "" : "stale"} aria-busy={slot.status === "computing"}>
        <dl className="facts">
          <div
            className="researcher"
            title="The neuron’s output at the last position, before the down projection; the paper’s coefficient score"
          >
            <dt>
              <Word of="activation" />
            </dt>
            <dd>
              <Value of={own?.activations.at(-1) ?? Number.NaN} as="figures" />
            </dd>
          </div>
          <MeasuredFacts kind="neuron" alone={alone} own={own} />
          <Standing at={at} about={own && slot.about} />
        </dl>
        {own && <NeuronEvidence neuron={own} />}
        {!isPreview && <NeuronWiring key={formatNeuron(at)} at={at} />}
      </div>
    </>
  );
}

function NeuronEvidence({ neuron }: { readonly neuron: NeuronInspection }) {
  const slots = useStore(results);
  const isPlain = usePlain();
  const { up, down } = neuronLists(neuron, isPlain);
  const factor = activationNow(neuron.activations);
  const limit = symmetricLimit([...neuron.promotes, ...neuron.suppresses].map(({ logit }) => logit));
  return (
    <>
      <div className="card-columns">
        <Activations neuron={neuron} />
        {[up, down].map(({ title, tokens }) => (
          <SignedTokens key={title} title={title} tokens={tokens.slice(0, LISTED)} limit={limit} factor={factor} />
        ))}
      </div>
      <p className="says">{neuronSentence(neuron, isPlain)}</p>
      <footer className="panel-foot">
        <Method page="log-probability-increase">
          Logits: the value vector (a column of down_proj) through the final norm’s gain and the unembedding; times the
          activation at the last token they are what the neuron does here, so a negative activation turns them round.
          Effect: log p(target) = {nats(neuron.baseline)} with it, {nats(neuron.withoutIt)} without.
        </Method>
        <Exports drawn={drawnNeuron(slots)} />
      </footer>
    </>
  );
}

interface StandingProps {
  readonly at: NeuronId;
  /** Of the numbers that it stands beside; undefined where there are none yet. */
  readonly about: Subject | undefined;
}

/** Where the neuron stands among those that lose most to what is ablated, in a comparison of the run that the card is about. */
function Standing({ at, about }: StandingProps) {
  const slot = useStore(results, (slots) => slots.comparison);
  const comparison = slot.value;
  // one that was asked before a part went off or on again stays in its slot
  if (!comparison || isStale(slot) || !isSameSubject(slot.about, about)) return null;
  const place = comparison.rows.findIndex((row) => row.layer === at.layer && row.neuron === at.neuron);
  const row = comparison.rows[place];
  return (
    <div title="In the comparison with what is switched off, by what each neuron loses">
      <dt>in the comparison</dt>
      <dd>
        {row ? (
          <>
            {place + 1} of {comparison.rows.length}
            <span className="researcher">
              , loses <Value of={row.change} as="effect" hasUnit />
            </span>
          </>
        ) : (
          `not among the first ${comparison.rows.length}`
        )}
      </dd>
    </div>
  );
}

/** The neuron's activation at every token of the prompt. */
function Activations({ neuron }: { readonly neuron: NeuronInspection }) {
  const tokens = useStore(results, (slots) => slots.neuron.about?.tokens);
  const rows = neuron.activations.map((activation, position) => ({ activation, position }));
  const columns: readonly Column<(typeof rows)[number]>[] = [
    token(
      ({ position }) => tokens?.[position]?.text ?? String(position),
      ({ position }) => `position ${position}`,
    ),
    forResearchers(measure({ label: "activation" }, "figures", ({ activation }) => activation)),
    bar(({ activation }) => activation),
  ];
  return (
    <DataTable className="signed-tokens activations" caption="Activation at each token" columns={columns} rows={rows} />
  );
}

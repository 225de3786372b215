import { effectOf } from "#analysis/ablation/effect.ts";
import { attentionFigure } from "#charts/maps/attention-marks.ts";
import { labelledAttention, partSentence, positionName } from "#charts/maps/attention.ts";
import { sequentialScale } from "#charts/sequential-colour.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import { claimsAbout, findingOf } from "#state/link/shown-claims.ts";
import type { Selection } from "#state/link/finding.ts";
import type { LabSlot, NeuronWiring } from "#state/lab/tools.ts";
import type { HeadInspection, NeuronInspection, Slots } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { EFFECT_UNIT } from "../exports/drawn.ts";
import type { Drawn } from "../exports/drawn.ts";
import { signedTable } from "../shared/table/SignedTokens.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { activationNow, attentionSentence, neuronLists, neuronSentence } from "./card-sentences.ts";

/** A figure of its own has more room than the card. */
const EXPORT_ROOM_PX = 520;

/** A link to the card of a part: measured with the others changed as they are. */
const linkTo = (about: Subject, selected: Selection, slots: Slots) => ({
  ...findingOf(about),
  view: "heads" as const,
  selected,
  expected: claimsAbout(about, slots),
});

/** What ablating a part was measured to do, beside what it adds itself; nats. */
const measuredOf = (of: HeadInspection | NeuronInspection) => ({
  log_probability: of.baseline,
  log_probability_without_it: of.withoutIt,
  effect: effectOf(of),
  increase: of.increase,
});

/** A head's card as it leaves the page: its attention. */
export function drawnHead(slots: Slots): Drawn | undefined {
  const { value, about } = slots.head;
  if (!value || !about) return undefined;
  const name = formatHead(value.at);
  const texts = about.tokens.map(({ text }) => tokenText(text));
  // papers are light, whatever the page is
  const figure = labelledAttention(value.pattern, texts, EXPORT_ROOM_PX, sequentialScale(false));
  const drawn = `Each row is a token that reads, each column one that is read${partSentence(figure, texts.length)}.`;
  return {
    name,
    title: `Attention of ${name} after “${about.prompt}” in ${about.model.name}`,
    says: () => [drawn, attentionSentence(value, texts)],
    origin: { kind: "computed", subject: about },
    link: linkTo(about, { kind: "head", at: value.at }, slots),
    isAblating: true,
    settings: measuredOf(value),
    unit: `share of attention, 0 to 1; log-probabilities and increase in nats; ${EFFECT_UNIT}`,
    table: () => ({
      header: ["query", "key", "attention"],
      rows: value.pattern.flatMap((row, query) => row.slice(0, query + 1).map((share, key) => [query, key, share])),
    }),
    figure: () => attentionFigure(figure, figureInks(false), positionName(texts)),
  };
}

/** A neuron's card as it leaves the page: what it promotes where it stands, by the logits of its value vector. */
export function drawnNeuron(slots: Slots): Drawn | undefined {
  const { value, about } = slots.neuron;
  if (!value || !about) return undefined;
  const name = formatNeuron(value.at);
  const lists = neuronLists(value);
  const activation = activationNow(value.activations);
  return {
    name,
    title: `Neuron ${name} after “${about.prompt}” in ${about.model.name}`,
    says: (isPlain) => [neuronSentence(value, isPlain)],
    origin: { kind: "computed", subject: about },
    link: linkTo(about, { kind: "neuron", at: value.at }, slots),
    isAblating: true,
    settings: { activations: value.activations, ...measuredOf(value) },
    unit: `logit; log-probabilities and increase in nats; ${EFFECT_UNIT}`,
    table: () =>
      signedTable(
        [
          { name: "promotes here", tokens: lists.up.tokens },
          { name: "suppresses here", tokens: lists.down.tokens },
        ],
        { factor: activation },
      ),
  };
}

/** What raises a neuron and what it says behind attention, a property of the weights. */
export function drawnWiring({ value, about }: LabSlot<NeuronWiring>): Drawn | undefined {
  if (!value || !about) return undefined;
  const name = formatNeuron(value.at);
  return {
    name: `${name}-wiring`,
    title: `What raises ${name} in ${about.model.name}, and what it says behind later attention layers`,
    says: () => [],
    origin: { kind: "computed", subject: about },
    link: { ...findingOf(about), selected: { kind: "neuron", at: value.at } },
    unit: "product for keys, logit behind attention",
    table: () =>
      signedTable(
        [
          ...value.keys.flatMap(({ part, raisedBy, loweredBy }) => [
            { name: `${part} key, raised by`, tokens: raisedBy },
            { name: `${part} key, lowered by`, tokens: loweredBy },
          ]),
          ...value.through.flatMap(({ layer, promotes, suppresses }) => [
            { name: `promotes behind attention ${layer}`, tokens: promotes },
            { name: `suppresses behind attention ${layer}`, tokens: suppresses },
          ]),
        ],
        { key: "value" },
      ),
  };
}

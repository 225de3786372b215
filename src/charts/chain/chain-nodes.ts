import type { ChainNode, ChainToken } from "#analysis/chain/chain.ts";
import type { ChainPlate } from "./chain-marks.ts";
import { clip } from "../marks/clip.ts";
import { inNatsShort } from "../factor.ts";
import type { Mark } from "../marks/mark.ts";

export interface NodeState {
  readonly isAblated: boolean;
  readonly isSelected: boolean;
  readonly isCursor: boolean;
  readonly isDim: boolean;
  readonly isInteractive: boolean;
  /** Numbers are factors of the probability, not nats. */
  readonly isPlain: boolean;
  readonly name: (node: ChainNode) => string;
}

/** Width of a character of the small monospace face. */
const CHARACTER_PX = 6.7;
const NUMBER_CHARACTER_PX = 6.1;
const PAD_PX = 8;
/** Sizes of the switch, and of what answers a pointer around it; a finger’s has its own, which only answers fingers. */
const SWITCH = { width: 20, height: 12, hit: 26 };
const FINGER_PX = 44;

/** One node with its name, its best tokens, its number and its switch. */
export function nodeMark(plate: ChainPlate, state: NodeState): Mark {
  const { node, x, y } = plate;
  const isAblatable = node.switchOff.length > 0;
  const states = [state.isAblated && "is-off", state.isSelected && "is-selected", state.isDim && "is-dim"];
  const marks = node.kind === "head" ? headMarks(plate, state) : plateMarks(plate, state);
  const shown = [
    ...marks.flatMap(({ tag, text: words }) => (tag === "text" && words ? [words.trim()] : [])),
    ...(isAblatable ? [switchWords(state.isAblated)] : []),
  ];
  const interactive = {
    role: "button",
    tabindex: state.isCursor ? 0 : -1,
    // who speaks to a page says what stands there
    "aria-label": `${shown.join(" ")}: ${state.name(node)}`,
    "aria-pressed": isAblatable ? String(state.isAblated) : undefined,
    "data-node": node.id,
  };
  return {
    key: node.id,
    tag: "g",
    attrs: {
      class: ["node", node.kind, ...states.filter((each) => each !== false)].join(" "),
      transform: `translate(${Math.round(x * 10) / 10},${Math.round(y * 10) / 10})`,
      ...(state.isInteractive ? interactive : {}),
    },
    children: [...marks, ...(state.isInteractive && isAblatable ? [switchMark(plate, state.isAblated)] : [])],
  };
}

function headMarks({ node, width, height }: ChainPlate, { isAblated, isPlain }: NodeState): Mark[] {
  const circle = { cx: width / 2, cy: height / 2, r: width / 2 };
  const number = node.effect === undefined ? "" : inNatsShort(node.effect, "effect", isPlain);
  return [
    { key: "ground", tag: "circle", attrs: { class: "ground", ...circle } },
    ...(isAblated ? [{ key: "hatch", tag: "circle", attrs: { ...circle, fill: "url(#chain-hatch)" } } as const] : []),
    text("name", node.id, width / 2, height / 2 - (number ? 7 : 0)),
    ...(number ? [text("effect", number, width / 2, height / 2 + 10)] : []),
    { key: "ring", tag: "circle", attrs: { class: "ring", ...circle, r: width / 2 + 3 } },
  ];
}

function plateMarks({ node, width, height }: ChainPlate, { isAblated, isInteractive, isPlain }: NodeState): Mark[] {
  const box = { width, height, rx: CORNER[node.kind] };
  const ring = { x: -3, y: -3, width: width + 6, height: height + 6, rx: CORNER[node.kind] + 3 };
  return [
    { key: "ground", tag: "rect", attrs: { class: "ground", ...box } },
    ...(isAblated ? [{ key: "hatch", tag: "rect", attrs: { ...box, fill: "url(#chain-hatch)" } } as const] : []),
    ...(node.kind === "embedding" ? wordMarks(node, width, height) : writingMarks(node, width, isPlain)),
    { key: "ring", tag: "rect", attrs: { class: "ring", ...ring } },
    ...(isInteractive ? [fingerMark(width / 2, height / 2, { width, height })] : []),
  ];
}

/** Neurons are round, attention is square. */
const CORNER = {
  embedding: 4,
  "shallow-neuron": 12,
  "attention-layer": 2,
  head: 0,
  "deep-neuron": 12,
  prediction: 0,
} as const;

const wordMarks = ({ word = "" }: ChainNode, width: number, height: number): Mark[] => [
  text("word", clip(word, (width - PAD_PX) / CHARACTER_PX), PAD_PX, height / 2),
];

function writingMarks(node: ChainNode, width: number, isPlain: boolean): Mark[] {
  const number = numberOf(node, isPlain);
  // a narrow plate: what a whole layer writes says less than what is lost without it
  if (node.kind === "attention-layer") {
    const name = layerName(node, width / CHARACTER_PX);
    return [text("name", name, width / 2, 12), ...(number ? [text("figure", number, width / 2, 27)] : [])];
  }
  const name = node.id.replace(/@\d+$/, "");
  const room = (width - 2 * PAD_PX - number.length * NUMBER_CHARACTER_PX) / CHARACTER_PX;
  return [
    text("name", clip(name, room), PAD_PX, 12),
    ...(number ? [text("figure", number, width - PAD_PX, 12)] : []),
    text("tokens", bestTokens(node, (width - 2 * PAD_PX) / CHARACTER_PX), PAD_PX, 27),
  ];
}

/** `L1 attn`, and where it writes if that is not the last position: one layer can have a plate for each; its id where that does not fit. */
function layerName({ id, layer }: ChainNode, room: number): string {
  const [, at] = id.split("@");
  const name = `L${layer} attn${at === undefined ? "" : `@${at}`}`;
  return name.length <= room ? name : id;
}

/** A deep neuron's increase, which is the width of its edge to the prediction and has its sign; of what writes elsewhere the effect. */
function numberOf({ kind, contribution, effect }: ChainNode, isPlain: boolean): string {
  if (kind !== "deep-neuron") return effect === undefined ? "" : inNatsShort(effect, "effect", isPlain);
  return contribution === undefined ? "" : inNatsShort(contribution, "increase", isPlain);
}

/** A node's best tokens, as many as fit; of what attention carries on, what it says behind the transformation. */
function bestTokens({ promotes, transformed, kind }: ChainNode, room: number): string {
  const isCarried = kind === "shallow-neuron" && transformed !== undefined;
  return joined(isCarried ? transformed : promotes, room, isCarried ? "→ " : "");
}

function joined(tokens: readonly ChainToken[], room: number, start: string): string {
  let line = start;
  for (const { text: token } of tokens) {
    const next = line === start ? line + token : `${line} ${token}`;
    if (next.length > room) break;
    line = next;
  }
  return line === start ? clip(start + (tokens[0]?.text ?? ""), room) : line;
}

/** Around a middle, at least as large as a finger needs. */
function fingerMark(x: number, y: number, least: { readonly width: number; readonly height: number }): Mark {
  const width = Math.max(FINGER_PX, least.width);
  const height = Math.max(FINGER_PX, least.height);
  return {
    key: "finger",
    tag: "rect",
    attrs: { class: "hit finger", x: x - width / 2, y: y - height / 2, width, height },
  };
}

const switchWords = (isAblated: boolean) => (isAblated ? "Switch on" : "Switch off");

function switchMark({ kind, width }: ChainPlate, isAblated: boolean): Mark {
  const right = kind === "head" ? width - 2 : width - 6;
  const left = right - SWITCH.width;
  const middle = kind === "head" ? 6 : 0;
  return {
    key: "switch",
    tag: "g",
    attrs: { class: `toggle ${isAblated ? "is-off" : "is-on"}`, "data-switch": "" },
    children: [
      { key: "title", tag: "title", text: switchWords(isAblated) },
      {
        key: "hit",
        tag: "rect",
        attrs: {
          class: "hit",
          x: left - 3,
          y: middle - SWITCH.hit / 2,
          width: SWITCH.hit,
          height: SWITCH.hit - 4,
        },
      },
      fingerMark(right - FINGER_PX / 2 + 6, middle, { width: 0, height: 0 }),
      {
        key: "track",
        tag: "rect",
        attrs: {
          class: "track",
          x: left,
          y: middle - SWITCH.height / 2,
          width: SWITCH.width,
          height: SWITCH.height,
          rx: SWITCH.height / 2,
        },
      },
      {
        key: "knob",
        tag: "circle",
        attrs: { class: "knob", cx: isAblated ? left + 6 : right - 6, cy: middle, r: 4 },
      },
    ],
  };
}

/** Ends in a space, so that texts of one node are words of their own to whoever reads the page as text. */
const text = (key: string, content: string, x: number, y: number): Mark => ({
  key,
  tag: "text",
  attrs: { class: key, x, y },
  text: `${content} `,
});

import type { Dtype } from "#model/checkpoint.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { Variant } from "#protocol/engine.ts";
import type { Intervention } from "#model/interventions.ts";
import type { ChainThresholds } from "#protocol/chain.ts";
import type { HeadScoreName, LensNorm } from "#protocol/lens.ts";
import type { PatchDirection, PatchMetric, PatchSite } from "#protocol/patching.ts";
import type { ExperimentForm } from "../experiments/form/form.ts";
import type { PlotForm } from "../lab/forms.ts";

export const VIEWS = ["heads", "chain", "neurons", "patch", "lab", "experiments"] as const;
export type ViewName = (typeof VIEWS)[number];

/** The model that a link means which names none: the one that the page was first shipped with, whatever it opens on by now. */
export const BUNDLED_MODEL = "abacus";

export type Selection =
  | { readonly kind: "head"; readonly at: HeadId }
  | { readonly kind: "neuron"; readonly at: NeuronId };

/** How the chain is looked at. */
export interface ChainSettings {
  /** Those that a person moved; the rest are the defaults. */
  readonly thresholds: Partial<ChainThresholds>;
  /** Explained as the predicting one; left out: the head whose loss costs the target most. */
  readonly head?: HeadId;
  /** Edges whose share is smaller are faint, 0 to 1. */
  readonly leastShare: number;
  /** A second prompt beside the page's own. Without it and without `otherVariant` there is only one chain. */
  readonly other?: string;
  /** The variant that the second chain is of; left out: the one that the page shows. */
  readonly otherVariant?: Variant;
  /** Each edge is cut alone, which costs some half a forward for each. */
  readonly isMeasured?: true;
  /** A chain that others published, in place of the model's own. */
  readonly published?: PublishedName;
}

/** What the tab of heads shows: what each head is worth, what it writes itself, what it looks at, or what stands in the stream. */
export const LOOKS = ["effect", "direct", "scores", "lens"] as const;
export type Look = (typeof LOOKS)[number];

/** What a cell of the lens says: the token that stands first, or the target's rank. */
export const LENS_CELLS = ["top", "target"] as const;
export type LensCells = (typeof LENS_CELLS)[number];

/** A residual: behind the embedding (0) or behind that many layers, at a position of the prompt. */
export interface LensPlace {
  readonly stage: number;
  readonly position: number;
}

/** How heads and the residual stream are looked at. */
export interface ReadingSettings {
  readonly look: Look;
  /** Heads are swept with what is ablated staying ablated. */
  readonly isUnder: boolean;
  /** Of the lens. */
  readonly norm: LensNorm;
  readonly cells: LensCells;
  /** The residual that is read out; left out: the last one. */
  readonly place?: LensPlace;
  /** The token that direct effects are counted against; left out: none. */
  readonly against?: number;
  /** The layer whose neurons are listed with their direct effects. */
  readonly layer?: number;
  readonly score: HeadScoreName;
  /** A second prompt, whose map of effects stands beside the page's own. Without it and without `otherVariant` there is only one map. */
  readonly other?: string;
  /** The variant that the second map is of; left out: the one that the page shows. */
  readonly otherVariant?: Variant;
}

export const DEFAULT_READING: ReadingSettings = {
  look: "effect",
  isUnder: false,
  norm: "own",
  cells: "top",
  score: "induction",
};

export const PUBLISHED = ["llama-7b-3plus5"] as const;
export type PublishedName = (typeof PUBLISHED)[number];

export const DEFAULT_CHAIN: ChainSettings = { thresholds: {}, leastShare: 0.2 };

/** What is carried between the page's prompt, which is the clean one, and another. */
export interface PatchForm {
  /** "" is the prompt that the page suggests. */
  readonly corrupted: string;
  readonly site: PatchSite;
  readonly direction: PatchDirection;
  /** Left out: the difference of two answers' logits, or of one answer its log-probability. */
  readonly metric?: PatchMetric | undefined;
  /** As they are typed; "" is the prompt's own first token. */
  readonly right: string;
  readonly wrong: string;
  /** Of heads, at this position alone. */
  readonly position?: number | undefined;
  /** As they are typed, of the site of single neurons. */
  readonly neurons: string;
}

export const DEFAULT_PATCH: PatchForm = {
  corrupted: "",
  site: "resid_pre",
  direction: "denoise",
  right: "",
  wrong: "",
  neurons: "",
};

export interface SortOrder {
  readonly column: string;
  readonly descending: boolean;
}

export interface ClaimedNeuron {
  readonly at: NeuronId;
  /** before − after: how much of its increase the neuron loses to the interventions. */
  readonly change: number;
}

/** A number by its name: of an experiment or of a chain. */
export interface NamedNumber {
  readonly name: string;
  readonly value: number;
}

/** The numbers that a finding stands on, in nats where nothing else is said, for whoever opens it to check. */
export interface Claims {
  /** log p(target) of the clean run. */
  readonly baseline?: number;
  /** log p(target) with the interventions. */
  readonly changed?: number;
  /** Most telling first: a link that is too long drops the last ones. */
  readonly neurons?: readonly ClaimedNeuron[];
  /** Of an experiment: an accuracy or a drop, as a share; a bias in nats. */
  readonly experiment?: readonly NamedNumber[];
  /** Of a chain, most telling first; see `chainClaims`. */
  readonly chain?: readonly NamedNumber[];
  /** Of what the tab of heads shows beside the sweep, most telling first; see `readingClaims`. */
  readonly reading?: readonly NamedNumber[];
  /** Of patches between two prompts, in the metric, most telling first; see `patchClaims`. */
  readonly patch?: readonly NamedNumber[];
  /** Of the neurons that give the answer most in the clean run, their increases, largest first; see `topClaims`. */
  readonly topNeurons?: readonly NamedNumber[];
  /** Of two maps of heads beside each other, most telling first; see `mapClaims`. */
  readonly maps?: readonly NamedNumber[];
  /** How many more a link claims that could not be read, so that nothing of them can be checked; left out: none. */
  readonly unread?: number;
  /** How many parts of what a link asks could not be read or stand there twice: numbers on the rest are no reproduction; left out: none. */
  readonly unreadAsked?: number;
}

/** A saved result that lies somewhere for others to read. */
export interface NamedResult {
  readonly address: string;
  /** Of its bytes. */
  readonly sha256: string;
}

/** What a person keeps and shares; a link carries all of it. */
export interface Finding {
  /**
   * `abacus` is the bundled model, `owner/name` a repository on the Hub, `owner/name/file.gguf` a file in one, `folder:name` a folder on somebody's disk, else an http(s)
   * address that the files are under.
   */
  readonly model: string;
  /** Branch, tag or commit on the Hub; an address has none. */
  readonly revision?: string;
  /** The first digits of the model's content, see `shortContent`: another one under the same name is another model. */
  readonly content?: string;
  readonly dtype?: Dtype;
  /** A LoRA adapter over the model: `owner/name` on the Hub, with `@revision`, or an http(s) address. */
  readonly adapter?: string;
  /** As `content`, of the adapter. */
  readonly adapterContent?: string;
  /** Left out: the base. */
  readonly variant?: Variant;
  /** How near to float64 the graphics processor was that gave the claimed numbers; left out: WASM gave them, or nobody knows. */
  readonly agreement?: number;
  /** The researcher’s numbers are shown; left out: whoever opens it sees what they chose. */
  readonly isForResearchers?: true;
  /** Never trimmed. */
  readonly prompt: string;
  /** Token id; left out: the clean run's most probable token. */
  readonly target?: number;
  readonly interventions: readonly Intervention[];
  /** Prompts that a part is as in where it is ablated; left out: it is 0. */
  readonly ablationSource?: readonly string[];
  readonly view: ViewName;
  readonly selected?: Selection;
  /** Of the comparison table. */
  readonly sort?: SortOrder;
  /** What is not as `DEFAULT_CHAIN` has it. */
  readonly chain?: Partial<ChainSettings>;
  /** What is not as `DEFAULT_READING` has it. */
  readonly reading?: Partial<ReadingSettings>;
  /** What is not as `DEFAULT_PATCH` has it. */
  readonly patch?: Partial<PatchForm>;
  /** What the lab plots over operands; left out: nothing. What is not as `DEFAULT_PLOT` has it. */
  readonly plot?: Partial<PlotForm>;
  /** What the experiments' tab asks. */
  readonly experiment?: ExperimentForm;
  /** What was found of it elsewhere, too long for a link. */
  readonly result?: NamedResult;
  readonly expected: Claims;
  /** What whoever made the link calls the finding; see `words/finding-words.ts`. */
  readonly title?: string;
  /** What they say of it. */
  readonly note?: string;
  /** Keys of a link that this version does not know, kept and written again. */
  readonly unknown: readonly (readonly [key: string, value: string])[];
}

/** What an empty link means. */
export const NO_FINDING: Finding = {
  model: BUNDLED_MODEL,
  prompt: "",
  interventions: [],
  view: "heads",
  expected: {},
  unknown: [],
};

/** A folder on somebody's disk, which links can name but not open; no model that comes with the page or lies on the web is called so. */
const FOLDER = "folder:";
const MAX_FOLDER_CHARACTERS = 255;
export const folderId = (name: string) => FOLDER + name.slice(0, MAX_FOLDER_CHARACTERS);
/** @returns undefined for what is no folder */
export const folderNamed = (id: string) =>
  id.startsWith(FOLDER) && id.length > FOLDER.length && id.length <= FOLDER.length + MAX_FOLDER_CHARACTERS
    ? id.slice(FOLDER.length)
    : undefined;

/** Digits of a content's hash that a link carries: 48 bits, which no two checkpoints that somebody meets share by chance. */
const SHORT_CONTENT = 12;
/** A content's hash as links, files and sentences write it. */
export const shortContent = (content: string) => content.slice(0, SHORT_CONTENT);
export const isShortContent = (text: string) => /^[0-9a-f]{12}$/.test(text);

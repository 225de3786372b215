import { createStore } from "zustand/vanilla";
import type { HeadId } from "#model/ids.ts";
import { DEFAULT_CHAIN, DEFAULT_READING } from "./link/finding.ts";
import type { ChainSettings, ReadingSettings, SortOrder, ViewName } from "./link/finding.ts";
import { samePart } from "./question.ts";
import type { Part } from "./question.ts";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const COLOUR_SCALES = ["linear", "log"] as const;
export type ColourScale = (typeof COLOUR_SCALES)[number];

export interface View {
  readonly tab: ViewName;
  /** Locked by a click: what the inspector shows. */
  readonly selected: Part | undefined;
  /** Under the pointer: what the inspector previews. */
  readonly hovered: Part | undefined;
  /** Kept beside the selection to compare with. */
  readonly pinned: readonly HeadId[];
  /** Where the keyboard stands in the heatmap. */
  readonly cursor: HeadId;
  readonly sort: SortOrder;
  /** Rows of the neuron table. */
  readonly count: number;
  readonly colourScale: ColourScale;
  readonly chain: ChainSettings;
  /** How the tab of heads is looked at. */
  readonly reading: ReadingSettings;
  readonly theme: Theme;
  /** What the system asks for; injected by the app. */
  readonly prefersDark: boolean;
  /** The person asked for the researcher’s numbers: log-probabilities, sums, activations, intervals, certificates. Kept by the app. */
  readonly isNumbersChosen: boolean;
  /** The opened link shows them, for this visit. */
  readonly isNumbersLinked: boolean;
  readonly isHelpOpen: boolean;
}

export const DEFAULT_SORT: SortOrder = { column: "change", descending: true };
export const NEURON_COUNTS = [10, 20, 50] as const;

export const view = createStore<View>(() => ({
  tab: "heads",
  selected: undefined,
  hovered: undefined,
  pinned: [],
  cursor: { layer: 0, head: 0 },
  sort: DEFAULT_SORT,
  count: NEURON_COUNTS[0],
  colourScale: "linear",
  chain: DEFAULT_CHAIN,
  reading: DEFAULT_READING,
  theme: "auto",
  prefersDark: false,
  isNumbersChosen: false,
  isNumbersLinked: false,
  isHelpOpen: false,
}));

/** What was under the pointer or the keyboard goes with its tab: an element that is taken away reports no leaving. */
export const showTab = (tab: ViewName) => view.setState({ tab, hovered: undefined });
export const hover = (hovered: Part | undefined) => view.setState({ hovered });
export const setSort = (sort: SortOrder) => view.setState({ sort });
export const setCount = (count: number) => view.setState({ count });
export const setColourScale = (colourScale: ColourScale) => view.setState({ colourScale });
export const setChain = (chain: ChainSettings) => view.setState({ chain });
export function setReading(changed: Partial<ReadingSettings>): void {
  view.setState(({ reading }) => ({ reading: { ...reading, ...changed }, hovered: undefined }));
}
/** Takes a setting of the reading back to being left out. */
export function clearReading(name: "against" | "layer" | "place" | "other" | "otherVariant"): void {
  const { [name]: _, ...reading } = view.getState().reading;
  view.setState({ reading });
}
export const setTheme = (theme: Theme) => view.setState({ theme });
export const setPrefersDark = (prefersDark: boolean) => view.setState({ prefersDark });
/** What a person chooses; a link has no say in it any more. */
export const chooseNumbers = (isNumbersChosen: boolean) => view.setState({ isNumbersChosen, isNumbersLinked: false });
/** Whether the page shows the researcher’s numbers; plain ones are probabilities, factors and ranks. */
export const isForResearchers = ({ isNumbersChosen, isNumbersLinked }: View) => isNumbersChosen || isNumbersLinked;
export const setHelpOpen = (isHelpOpen: boolean) => view.setState({ isHelpOpen });
export const isDark = ({ theme, prefersDark }: View) => theme === "dark" || (theme === "auto" && prefersDark);

export function select(part: Part | undefined): void {
  view.setState(part?.kind === "head" ? { selected: part, cursor: part.at } : { selected: part });
}

/** Selects, or lets go of what is selected already. */
export const toggleSelected = (part: Part) => select(samePart(view.getState().selected, part) ? undefined : part);

export const moveCursor = (cursor: HeadId) => view.setState({ cursor });

export function togglePin(at: HeadId): void {
  const { pinned } = view.getState();
  const others = pinned.filter((pin) => pin.layer !== at.layer || pin.head !== at.head);
  view.setState({ pinned: others.length < pinned.length ? others : [...pinned, at] });
}

export const THEME_AFTER = { auto: "light", light: "dark", dark: "auto" } satisfies Record<Theme, Theme>;

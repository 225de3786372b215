import type { SavedOrigin } from "#state/experiments/result-file.ts";
import type { Finding } from "#state/link/finding.ts";
import type { MarkedFigure } from "#charts/marks/mark.ts";
import type { Subject } from "#state/subject.ts";
import type { Facts, Table } from "./csv.ts";

/** A prompt's tokens as texts, where no vocabulary numbers them. */
interface PublishedRun {
  readonly kind: "published";
  readonly model: string;
  /** Paper and files. */
  readonly source: string;
  readonly prompt: string;
  readonly tokens: readonly { readonly id: number | undefined; readonly text: string }[];
  readonly target: string;
}

/** Whose numbers they are. */
export type Origin =
  | { readonly kind: "computed"; readonly subject: Subject }
  | PublishedRun
  /** Read from a file that somebody saved: the page has not seen the model. */
  | { readonly kind: "file"; readonly saved: SavedOrigin | undefined };

/**
 * A figure or a table as it stands on the page. Its title, rows, picture and link, and every file that leaves the page, are made of
 * this one value, never of what the page asks by now.
 */
export interface Drawn {
  /** Of the view, for a file's name. */
  readonly name: string;
  readonly title: string;
  /** Its title without the researcher’s numbers, where that is another one. */
  readonly plainTitle?: string;
  /** What it shows, in sentences with their numbers: in nats, as a file has them, or plain. */
  readonly says: (isPlain: boolean) => readonly string[];
  readonly origin: Origin;
  /** What a link to it opens; undefined where no link leads to it. */
  readonly link: Finding | undefined;
  /** Parts are ablated one at a time to measure it, beside what is ablated throughout. */
  readonly isAblating?: boolean;
  /** What else decided its numbers, and how it is looked at. */
  readonly settings?: Facts;
  readonly unit: string;
  readonly table: () => Table;
  /** Its rows as they are read without the researcher’s numbers; left out where nothing in them is one. */
  readonly plainTable?: () => Table;
  /** Left out of what is only a table. */
  readonly figure?: (look: FigureLook) => MarkedFigure;
  readonly isDark?: boolean;
  /** The program that draws it anew of its JSON; left out where there is none. */
  readonly notebook?: "heads" | "chain" | "neurons";
}

/** How a figure is drawn. */
export interface FigureLook {
  /** In CSS pixels, as long as it has not to be wider; left out: as a file has it. */
  readonly width?: number;
  readonly isDark: boolean;
  /** Factors and probabilities in place of nats. A file has nats. */
  readonly isPlain: boolean;
}

/** The title for who reads plain numbers, or those of a researcher. */
export const titleFor = ({ title, plainTitle = title }: Pick<Drawn, "title" | "plainTitle">, isPlain: boolean) =>
  isPlain ? plainTitle : title;

/** How wide most figures are in a file. */
export const FILE_PX = 640;

/** The sign is part of a number's unit; see `effectOf`. */
export const EFFECT_UNIT = "effects in nats, above 0 where the part supports the target";

/** When a file is made, by which version, and where its links lead. */
export interface Stamp {
  readonly version: string;
  readonly date: Date;
  /** Of the page, without a fragment. */
  readonly address: string;
}

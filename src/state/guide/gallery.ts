import type { NeuronId } from "#model/ids.ts";

/** A number and what it is of. */
export interface GalleryBar {
  readonly label: string;
  readonly value: number;
  /** Of a probability: of which token after which prompt, with or without what the finding switches off, under which of the model's adapters. */
  readonly of?: {
    readonly prompt: string;
    readonly token: string;
    readonly isChanged?: boolean;
    readonly adapter?: string;
  };
}

/** What a card's picture is drawn from: numbers of the finding itself. */
export type Thumbnail =
  | { readonly kind: "heads"; readonly effects: readonly (readonly number[])[] }
  /** Of a neuron after a + b, rows a and columns b from 0 to 9. */
  | { readonly kind: "plot"; readonly neuron: NeuronId; readonly values: readonly (readonly number[])[] }
  | { readonly kind: "bars"; readonly unit: "percent" | "nats" | "of ten"; readonly bars: readonly GalleryBar[] }
  | {
      readonly kind: "stages";
      readonly stages: readonly { readonly name: string; readonly hasEvidence: boolean; readonly parts: number }[];
    };

/** A finding of the gallery. */
export interface GalleryCard {
  readonly id: string;
  /** In one sentence. */
  readonly claim: string;
  /** What a student asks next, and how far it holds. */
  readonly note: string;
  /** Whose finding it is. */
  readonly model: string;
  /** What keeps it from being more; left out where nothing does. */
  readonly status?: "unsolved" | "does not survive mean ablation" | "published, not computed here";
  /** The fragment of its link, with its numbers to check; `{here}` stands for the page's own address. */
  readonly link: string;
  readonly drawn: Thumbnail;
}

/** The mark in a link of the gallery that stands for the page's own address. */
const HERE = "{here}";

/** The fragment as it opens where the page lies. */
export const linkAt = ({ link }: Pick<GalleryCard, "link">, base: string) => link.replaceAll(HERE, base);

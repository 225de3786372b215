import type { BlockType } from "#formats/gguf/blocks.ts";
import golden from "../golden/ggml-blocks.json" with { type: "json" };

/** Blocks of a type, and what ggml itself reads in them. */
export interface GoldenBlocks {
  readonly type: BlockType;
  readonly kind: "quantised" | "random";
  readonly blocks: Uint8Array<ArrayBuffer>;
  readonly values: Float32Array;
}

const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** 512 values of each type that ggml's quantiser made, and 512 of random bytes. */
export const GOLDEN_BLOCKS: readonly GoldenBlocks[] = Object.entries(golden.types).flatMap(([type, cases]) =>
  (["quantised", "random"] as const).map((kind) => ({
    type: type as BlockType,
    kind,
    blocks: bytesOf(cases[kind].blocks),
    values: new Float32Array(bytesOf(cases[kind].values).buffer),
  })),
);

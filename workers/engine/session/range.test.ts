import { describe, expect, test } from "vitest";
import { faultCode } from "#core/fault.ts";
import { FAMILY_VARIANTS, randomCheckpoint, shapeOf } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { farthest } from "#test/farthest.ts";
import { multiplied } from "#test/multiplied.ts";
import { forward } from "#test/reference/forward.ts";
import { atLast, logProbability } from "#test/reference/lens.ts";
import { readModel } from "#test/reference/model.ts";
import { ModelSession } from "./model-session.ts";

const PROMPT = [5, 11, 23, 42, 7];
const LARGE = [1e10, 1e20, 1e30];
const SMALL = [1e-20, 1e-30];

/** Of a probability, and of a log-probability of logits of an ordinary size. */
const RIGHT = { atol: 1e-4 };
/** Of a log-probability where logits are as large as what they were multiplied by: that share of it, for float32 has seven digits. */
const RIGHT_NATS = { atol: 1e-4, rtol: 1e-4 };

interface Case {
  readonly name: string;
  readonly files: CheckpointFiles;
  readonly tensor: string;
}

/**
 * Every kind of tensor of every family once, an embedding that is the unembedding too beside one that is not; of what each layer has that of
 * the first, behind which all else comes.
 */
function everyKindOfTensor(): Case[] {
  const cases = new Map<string, Case>();
  for (const { changes } of FAMILY_VARIANTS) {
    const { family, tied } = shapeOf(changes);
    const files = randomCheckpoint({ ...changes, layers: 2 });
    for (const [tensor, { shape }] of readModel(files).tensors) {
      // what older checkpoints keep beside the weights
      const isBuffer = shape.length === 0 || shape.length === 4 || tensor.endsWith("inv_freq");
      if (isBuffer || /\b1\b/.test(tensor)) continue;
      const bare = tensor.replace(/^(?:model|transformer|gpt_neox)\./, "");
      const name = `${family} ${bare}${tied && !bare.includes(".0.") ? ", tied" : ""}`;
      if (!cases.has(name)) cases.set(name, { name, files, tensor });
    }
  }
  return [...cases.values()];
}

/** log p of every token. */
async function asked(files: CheckpointFiles): Promise<number[]> {
  const session = new ModelSession(await loadInNode(files, "f32"));
  try {
    const { top } = await session.predict(PROMPT, { top: shapeOf({}).vocabulary }, () => undefined, unaborted());
    return top.toSorted((a, b) => a.id - b.id).map(({ logProbability: each }) => each);
  } finally {
    await session.dispose();
  }
}

function expected(files: CheckpointFiles): number[] {
  const logits = atLast(forward(readModel(files), PROMPT).logits);
  return Array.from(logits, (_, id) => logProbability(logits, id));
}

/**
 * A bias of keys that are not turned by their positions adds the same to all of a query's scores, so that no softmax sees it. Float64
 * adds it none the less, and a large one takes the scores' digits there too: what it gives without the factor is what is right.
 */
const isUnseen = (name: string) => name === "opt decoder.layers.0.self_attn.k_proj.bias";

/** What is wrong with an answer: undefined where it is what float64 gives, or an error that names where float32 ends. */
async function wrongOf(files: CheckpointFiles, right = files): Promise<string | undefined> {
  try {
    const found = await asked(files);
    const want = expected(right);
    return farthest(found.map(Math.exp), want.map(Math.exp), RIGHT) ?? farthest(found, want, RIGHT_NATS);
  } catch (reason) {
    if (faultCode(reason) !== "overflow") throw reason;
    const { message } = reason as Error;
    return /^(?:the embedding gives|the unembedding gives|layer \d+ gives \S+ in its) /.test(message)
      ? undefined
      : message;
  }
}

describe.each(everyKindOfTensor())("$name", ({ name, files, tensor }) => {
  test.each(LARGE)("times %f gives what float64 does, or an error that names where float32 ends", async (factor) => {
    const changed = multiplied(files, tensor, factor);
    expect(await wrongOf(changed, isUnseen(name) ? files : changed)).toBeUndefined();
  });

  test.each(SMALL)("times %f gives what float64 does", async (factor) => {
    const changed = multiplied(files, tensor, factor);
    expect(await asked(changed)).toBeAllClose(expected(changed), RIGHT);
  });
});

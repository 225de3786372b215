import { describe, expect, test } from "vitest";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { multiplied } from "#test/multiplied.ts";
import { variantsOf } from "#test/variants.ts";
import type { LoadedVariants } from "../variants/loaded-variants.ts";
import { refuseOverflow } from "./overflow.ts";

const PROMPT = [5, 11, 23, 42];
const head = { layer: 0, head: 1 };
const interventions = [{ kind: "head", at: head, scale: 0 }] as const;
const suite = { kind: "pasted", text: 'prompt,answer\n"w5 w11","w23"\n"w6 w12","w24"' } as const;
const ignore = () => undefined;

/** A random model of three layers, one tensor of which is multiplied. */
const scaled = (name: string, factor: number) => multiplied(randomCheckpoint(), name, factor);

const CALLS: { readonly [name: string]: (variants: LoadedVariants) => Promise<unknown> } = {
  prediction: (variants) => variants.session().predict(PROMPT, { top: 10 }, () => undefined, unaborted()),
  "ablated prediction": (variants) =>
    variants.session().predict(PROMPT, { top: 10, interventions }, () => undefined, unaborted()),
  "whole answer": (variants) => variants.session().scoreAnswer(PROMPT, { answer: [7, 8] }, unaborted()),
  sweep: (variants) => variants.session().sweepHeads(PROMPT, {}, ignore, unaborted()),
  comparison: (variants) => variants.session().compareNeurons(PROMPT, { count: 3, interventions }, ignore, unaborted()),
  "neurons of largest increase": (variants) =>
    variants.session().topNeurons(PROMPT, { count: 3 }, () => undefined, unaborted()),
  chain: (variants) => variants.asked("chains").chain(PROMPT, {}, ignore, unaborted()),
  experiment: (variants) =>
    variants.experiments().run({ kind: "heads", suite, seed: 1, onlyCorrect: false, per: "answer" }, ignore, {
      signal: unaborted(),
      turn: () => Promise.resolve(),
    }),
};

describe("a run that overflows is an error that names the layer where it begins", () => {
  // the down projection of the middle layer: finite weights, and activations times them leave float32 or what a norm can take
  test.each(Object.keys(CALLS).flatMap((call) => [1e33, 1e38].map((factor) => [call, factor] as const)))(
    "%s, weights times %f",
    async (call, factor) => {
      const variants = await variantsOf(scaled("model.layers.1.mlp.down_proj.weight", factor), "f32");
      await expect(CALLS[call]!(variants)).rejects.toMatchObject({
        code: "overflow",
        message: expect.stringMatching(/^layer 1 gives \S+ in its FFN's output, /) as string,
      });
      await variants.dispose();
    },
  );

  test("or the unembedding", async () => {
    const { runner } = await loadInNode(scaled("lm_head.weight", 1e38), "f32");
    const input = runner.upload(new Float32Array(40).fill(1), 1, 1);
    await expect(runner.unembed(input, { positions: [0], wants: ["logits", "logSumExp"] })).rejects.toMatchObject({
      code: "overflow",
      message: expect.stringMatching(/^the unembedding gives /) as string,
    });
    await runner.dispose();
  });

  test.each([
    ["self_attn.q_proj", "attention"],
    ["self_attn.v_proj", "attention"],
    ["self_attn.o_proj", "attention's output"],
    ["mlp.up_proj", "neurons"],
    ["mlp.down_proj", "FFN's output"],
  ])("and the part, whatever taps are asked for: %s times 2e38 makes it its %s", async (name, part) => {
    const { runner } = await loadInNode(scaled(`model.layers.1.${name}.weight`, 2e38), "f32");
    const input = runner.upload(
      Float32Array.from({ length: 160 }, (_, i) => Math.sin(i)),
      2,
      2,
    );
    for (const taps of [[], ["post"], ["pattern", "residMid"], ["pattern", "z", "residMid", "post"]] as const) {
      await expect(runner.block(1, input, { variants: [0, 1, 1], taps })).rejects.toMatchObject({
        code: "overflow",
        message: expect.stringContaining(` in its ${part}, `) as string,
      });
    }
    await runner.dispose();
  });

  test.each([1e35, -1e35, 3e38])(
    "or one of the layers, where residuals of %f are seen behind the last alone",
    async (value) => {
      const { runner } = await loadInNode(randomCheckpoint(), "f32");
      const input = runner.upload(new Float32Array(40).fill(value), 1, 1);
      for (const wants of [["logits"], ["topIds"], ["logSumExp", "targetLogits"]] as const) {
        await expect(runner.unembed(input, { positions: [0], wants })).rejects.toMatchObject({
          code: "overflow",
          message: expect.stringMatching(/^one of the layers gives /) as string,
        });
      }
      await runner.dispose();
    },
  );

  test("but not a bare vector, which is small where it says nothing", async () => {
    const { runner } = await loadInNode(randomCheckpoint(), "f32");
    const input = runner.upload(new Float32Array(40), 1, 1);
    const { logits } = await runner.unembed(input, { positions: [0], scale: 1, isBare: true, wants: ["logits"] });
    expect(Math.max(...logits)).toBe(0);
    await runner.dispose();
  });
});

describe("numbers", () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e18, -3e18])(
    "%f among others is refused",
    (value) => {
      expect(() => refuseOverflow(Float32Array.of(0, 1, value, 2), "layer 4", 2e18)).toThrow(/^layer 4 gives /);
    },
  );
});

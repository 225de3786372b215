import type { BrowserContext, Page } from "@playwright/test";
import { randomCheckpoint } from "../test/checkpoints.ts";
import type { CheckpointFiles } from "../test/checkpoints.ts";
import type { HubServer } from "../test/hub-server.ts";
import { forward } from "../test/reference/forward.ts";
import { atLast, logProbability } from "../test/reference/lens.ts";
import { readModel } from "../test/reference/model.ts";
import { expect, withEngine } from "./support.ts";

/** A checkpoint whose load has many steps and is over in seconds: some 400 kB a layer, seven tensors each. */
export const layeredFiles = (layers: number): CheckpointFiles =>
  randomCheckpoint({ layers, modelDim: 96, heads: 6, kvHeads: 2, headDim: 16, neurons: 256, vocabulary: 300 });

const HUB = "https://huggingface.co";

/** Whatever a page asks of the Hugging Face Hub is answered by this one. */
export async function answerAsHub(context: BrowserContext, hub: HubServer): Promise<void> {
  await context.route(`${HUB}/**`, async (route) => {
    const response = await route.fetch({ url: route.request().url().replace(HUB, hub.url) });
    await route.fulfill({ response, headers: { ...response.headers(), "access-control-allow-origin": "*" } });
  });
}

/** As a person would by the menu, but from this Hub. Not awaited: a load can end in many ways. */
export const startLoad = (page: Page, hub: HubServer, repo: string): Promise<void> =>
  withEngine(
    page,
    (engine, source) => {
      engine.load(source, { dtype: "f32" }).catch(() => undefined); // how it ended is on the page
      return Promise.resolve();
    },
    { kind: "hub", repo, hub: hub.url } as const,
  );

/** The requests for weights so far. */
export const bytesAsked = ({ log }: HubServer) =>
  log.filter(({ server, method }) => server === "cdn" && method === "GET");

export async function expectAnswersAsReference(page: Page, files: CheckpointFiles, prompt: number[]): Promise<void> {
  const { logits } = forward(readModel(files), prompt);
  const { target } = await withEngine(page, (engine, ids) => engine.predict(ids), prompt);
  // float32 against float64 over a dozen layers
  expect(Math.abs(target.logProbability - logProbability(atLast(logits), target.id))).toBeLessThan(1e-4);
}

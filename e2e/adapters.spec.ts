import type { Page } from "@playwright/test";
import type { ScriptingSurface } from "../src/app/scripting.ts";
import { comparedDifferences, differencesFromReference } from "../test/agreement.ts";
import type { Answers } from "../test/agreement.ts";
import { abacusFiles, randomCheckpoint } from "../test/checkpoints.ts";
import { startHub } from "../test/hub-server.ts";
import { adapterFiles, randomAdapter } from "../test/random/adapter.ts";
import type { AdapterParts } from "../test/random/adapter.ts";
import { merged } from "../test/reference/adapter.ts";
import { readModel } from "../test/reference/model.ts";
import {
  ask,
  expect,
  expectModel,
  expectWholeSweep,
  modelChip,
  neuronRows,
  openApp,
  openWithModel,
  panel,
  picture,
  test,
  withEngine,
} from "./support.ts";

const ADDRESS = "/adapters/tiny/";

const bytesOf = (parts: AdapterParts): ReadonlyMap<string, Buffer> =>
  new Map([...adapterFiles(parts)].map(([name, bytes]) => [name, Buffer.from(bytes)]));

/** An adapter over the bundled model under an address of the page's own server. */
async function serveAdapter(page: Page): Promise<void> {
  const files = bytesOf(randomAdapter(abacusFiles(), { rank: 4, layers: [2, 3], upFactor: 2 }));
  await page.route(`**${ADDRESS}*`, (route) => {
    const body = files.get(new URL(route.request().url()).pathname.slice(ADDRESS.length));
    return body
      ? route.fulfill({ body })
      : route.fulfill({ status: 404, contentType: "text/plain", body: "Not found" });
  });
}

const variantSwitch = (page: Page) => page.getByRole("group", { name: "Variant of the model" });
const probabilities = (page: Page) => panel(page, "Prediction").getByRole("row").allInnerTexts();

test("an adapter is laid over the model, compared with the base, shared, and left again", async ({ page, baseURL }) => {
  test.setTimeout(120_000);
  await serveAdapter(page);
  await openWithModel(page);
  await expectWholeSweep(page);
  const ofBase = await probabilities(page);

  await modelChip(page).click();
  const field = page.getByRole("textbox", { name: "Adapter on the Hugging Face Hub, or address of its folder" });
  await field.fill("no adapter");
  await page.getByRole("button", { name: "Attach" }).click();
  // where the menu does not cover it
  await expect(page.getByRole("group", { name: "Adapter" }).getByRole("alert")).toContainText(
    "“no adapter” is no adapter",
  );
  await field.fill(ADDRESS);
  await picture(page, "adapter-menu");
  await page.getByRole("button", { name: "Attach" }).click();
  await expect(variantSwitch(page).getByRole("button", { name: "adapted" })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("banner").getByText("tiny", { exact: true })).toBeVisible();
  await expect.poll(() => probabilities(page)).not.toEqual(ofBase);
  const ofAdapted = await probabilities(page);

  await page.getByRole("tab", { name: "Neurons" }).click();
  await expect(neuronRows(page)).toHaveCount(10);
  await expect(panel(page, "Neurons").getByRole("button", { name: "increase, nats adapted" })).toBeVisible();
  await expect(
    panel(page, "Neurons").getByText(/^Certified: exact top 10 after \d+ of 3,072 evaluations\.$/),
  ).toBeVisible();
  await picture(page, "adapter-neurons", { fullPage: true });
  await modelChip(page).click();
  await expect(page.getByRole("group", { name: "Adapter" })).toContainText("rank 4");
  await expect(page.getByRole("group", { name: "Adapter" })).toContainText(
    "of layers 2, 3; made for someone/random-base",
  );
  await picture(page, "adapter-attached");
  await page.keyboard.press("Escape");

  await expect.poll(() => new URL(page.url()).hash).toContain("&variant=adapted");
  const link = new URL(page.url()).hash;
  expect(link).toContain(`&a=${baseURL}${ADDRESS}`);

  await variantSwitch(page).getByRole("button", { name: "base" }).click();
  await expect.poll(() => probabilities(page)).toEqual(ofBase);
  await modelChip(page).click();
  await page.getByRole("button", { name: "Go on without the adapter" }).click();
  await expect(variantSwitch(page)).toHaveCount(0);

  // whoever opens the link is asked before anything is read
  await page.goto("about:blank");
  await openApp(page, link);
  await expectModel(page);
  const offer = page.getByRole("group", { name: "Adapter status" });
  await expect(offer).toContainText("Nothing is downloaded until you say so, and nothing computed without it.");
  // the numbers that come with the page are the base's
  await expect(page.getByText("recorded")).toHaveCount(0);
  await picture(page, "adapter-offered");
  await offer.getByRole("button", { name: /^Attach / }).click();
  await expect.poll(() => probabilities(page)).toEqual(ofAdapted);
});

test("an adapter that does not fit costs nothing of what was there", async ({ page, baseURL }) => {
  const files = bytesOf(randomAdapter(randomCheckpoint({ family: "gpt2" })));
  await page.route(`**${ADDRESS}*`, (route) => {
    const body = files.get(new URL(route.request().url()).pathname.slice(ADDRESS.length));
    return body ? route.fulfill({ body }) : route.abort();
  });
  await openWithModel(page);
  await ask(page, "7+8=");
  await modelChip(page).click();
  await page.getByRole("textbox", { name: /^Adapter on/ }).fill(`${baseURL}${ADDRESS}`);
  await page.getByRole("button", { name: "Attach" }).click();
  await expect(page.getByRole("alert")).toContainText(
    "the file is for transformer.h.0.attn.c_attn, which this base does not have (its layers have q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj)",
  );
  await expectModel(page);
  await expect(variantSwitch(page)).toHaveCount(0);
  await expect(panel(page, "Prediction").getByRole("rowheader", { name: "15", exact: true })).toBeVisible();
});

test("an adapter of a gated repository of a Hub is attached with its token and linked by its commit", async ({
  page,
  problems,
}) => {
  const [base, adapter, token] = ["somebody/base", "somebody/gated-lora", "hf_secret"];
  const files = randomCheckpoint();
  const hub = await startHub({
    [base]: { files },
    [adapter]: { files: adapterFiles(randomAdapter(files, { layers: [1] })), tokens: [token] },
  });
  problems.expect(new RegExp(`${hub.url}|${hub.cdn}|Failed to load resource`));
  try {
    await openWithModel(page);
    const attach = (given: { readonly token?: string }) =>
      withEngine(
        page,
        async (engine, { hubUrl, repos, more }) => {
          await engine.load({ kind: "hub", repo: repos[0]!, hub: hubUrl }, { dtype: "f32" });
          return engine.attachAdapter({ kind: "hub", repo: repos[1]!, hub: hubUrl, ...more });
        },
        { hubUrl: hub.url, repos: [base, adapter], more: given },
      );
    await expect(attach({})).rejects.toThrow(/token/);
    const info = await attach({ token });
    expect(info).toMatchObject({ name: "gated-lora", layers: [1], source: { revision: hub.commit(adapter) } });
    await expect.poll(() => new URL(page.url()).hash).toContain(hub.commit(adapter));
    expect(page.url()).not.toContain(token);
    const [before, after] = await withEngine(
      page,
      async (engine, target) => [
        await engine.predict([1, 5, 40, 7], { target }),
        await engine.predict([1, 5, 40, 7], { target, variant: "adapted" }),
      ],
      TARGET,
    );
    expect(after.target.logProbability).not.toBe(before.target.logProbability);
  } finally {
    await hub.close();
  }
});

type NamedBytes = readonly (readonly [name: string, base64: string])[];
const IDS = [1, 20, 9, 33, 2, 31];
const TARGET = 17;
const HEAD = { layer: 1, head: 2 };

interface Question {
  readonly files: NamedBytes;
  readonly adapterFiles: NamedBytes;
  readonly ids: number[];
  readonly target: number;
  readonly at: typeof HEAD;
}

/** Loads a model with its adapter and asks everything that the reference covers of both variants. */
async function loadAndAsk(engine: ScriptingSurface, { files, adapterFiles, ids, target, at }: Question) {
  const chosen = (list: NamedBytes) =>
    list.map(([name, base64]) => new File([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], name));
  await engine.load(
    { kind: "files", files: chosen(files) },
    { dtype: "f32", adapter: { kind: "files", files: chosen(adapterFiles) } },
  );
  const interventions = [{ head: `L${at.layer}H${at.head}`, scale: 0 }];
  const answers: Answers[] = [];
  for (const variant of ["base", "adapted"] as const) {
    const { target: found } = await engine.predict(ids, { target, variant });
    const { logProbability: sweep } = await engine.sweepHeads(ids, { target, variant });
    const { attention, ffn } = await engine.layerIncrease(ids, { target, variant });
    const { rows: neurons } = await engine.topNeurons(ids, { target, variant, count: 10 });
    const { rows: compared } = await engine.compareNeurons(ids, { target, variant, count: 10, interventions });
    answers.push({
      ids,
      target,
      head: at,
      logProbability: found.logProbability,
      sweep,
      attention,
      ffn,
      neurons,
      compared,
    });
  }
  const { rows } = await engine.compareNeurons(ids, { target, count: 10, against: { variant: "adapted" } });
  return { answers, rows };
}

test("both variants agree with the reference that has the adapter merged", { tag: "@gpu" }, async ({ page }) => {
  test.setTimeout(180_000);
  await openApp(page);
  const encoded = (files: ReadonlyMap<string, Uint8Array>) =>
    [...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")] as const);
  for (const family of ["llama", "gpt2", "gptj"] as const) {
    const checkpoint = randomCheckpoint({ family });
    const parts = randomAdapter(checkpoint);
    const base = readModel(checkpoint);
    const adapted = merged(base, parts);
    const question = { ids: IDS, target: TARGET, at: HEAD };
    const files = { files: encoded(checkpoint), adapterFiles: encoded(bytesOf(parts)) };
    const { answers, rows } = await withEngine(page, loadAndAsk, { ...question, ...files });
    expect(differencesFromReference(base, answers[0]!), family).toEqual([]);
    expect(differencesFromReference(adapted, answers[1]!), family).toEqual([]);
    expect(comparedDifferences([base, adapted], question, rows), family).toEqual([]);
  }
});

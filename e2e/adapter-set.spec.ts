import AxeBuilder from "@axe-core/playwright";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { abacusFiles } from "../test/checkpoints.ts";
import { adapterFiles, randomAdapter } from "../test/random/adapter.ts";
import { expect, openWithModel, panel, picture, test, withEngine } from "./support.ts";

const LINK = "#v=1&m=abacus&p=3%2B5%3D&view=experiments&ex=adapters;n:1";
const RUN_MS = 120_000;
const FOLDER = "/models/abacus/adapters/";
const ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"];

const section = (page: Page) => panel(page, "Experiments");
const runButton = (page: Page) => section(page).getByRole("button", { name: /^(?:Run|Go on|Show)$/ });
const adapterLines = (page: Page) => section(page).getByRole("textbox", { name: /^LoRA adapters, one a line/ });

/** Adapters beside the bundled model, one for each layer named, and the list of them. */
async function serveAdapters(page: Page, layers: readonly number[]): Promise<void> {
  const base = abacusFiles();
  const files = new Map<string, Buffer>([
    ["index.json", Buffer.from(JSON.stringify({ adapters: layers.map((layer) => `layer-${layer}`) }))],
  ]);
  for (const layer of layers) {
    const parts = randomAdapter(base, { seed: 40 + layer, rank: 4, layers: [layer], modules: ATTENTION, upFactor: 6 });
    for (const [name, bytes] of adapterFiles(parts)) files.set(`layer-${layer}/${name}`, Buffer.from(bytes));
  }
  await page.route(`**${FOLDER}**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(FOLDER.length);
    const body = files.get(name);
    if (!body) return route.fulfill({ status: 404, contentType: "text/plain", body: "Not found" });
    return route.fulfill({
      body,
      contentType: name.endsWith(".json") ? "application/json" : "application/octet-stream",
    });
  });
}

async function run(page: Page): Promise<void> {
  await runButton(page).click();
  await expect(section(page).getByRole("progressbar")).toHaveCount(0, { timeout: RUN_MS });
  await expect(section(page).locator(".experiment-result")).toHaveAttribute("aria-busy", "false", { timeout: RUN_MS });
}

async function exported(page: Page, button: string): Promise<Buffer> {
  const downloading = page.waitForEvent("download");
  await section(page).getByRole("button", { name: button, exact: true }).last().click();
  return readFile(await (await downloading).path());
}

// the adapters' own numbers are held to the reference on both backends; this story takes minutes on a software GPU
test("a set of adapters against the base, by adapted layer", { tag: "@page" }, async ({ page, baseURL }) => {
  await serveAdapters(page, [2, 4]);
  await openWithModel(page, LINK);
  await expect(adapterLines(page)).toHaveValue(`${baseURL}${FOLDER}layer-2/\n${baseURL}${FOLDER}layer-4/`);
  await expect(section(page)).toContainText(/n = 4 cases .* in \d+ batches/, { timeout: 60_000 });
  await run(page);
  await expect(section(page)).toContainText(
    /The base has 100\.0\s% of the answer tokens right; .*(?:The best is layer-\d \(layer \d\)|layer-2 and layer-4 are the best) with [\d.]+\s%/,
  );
  await expect(section(page)).toContainText("Llama-7B, Yu & Ananiadou (2024)");
  const table = section(page).getByRole("group", { name: "Table of adapters, scrolls" });
  await expect(table.getByRole("row")).toHaveCount(4);
  await expect(
    section(page).getByRole("group", { name: "Table of followed neurons, scrolls" }).getByRole("row"),
  ).toHaveCount(9);
  await picture(page, "experiments-lora", { fullPage: true });

  await test.step("the neurons of a chosen adapter", async () => {
    const neurons = section(page).getByRole("region", { name: "Neurons that gain" });
    const first = await neurons.getByRole("row").nth(1).innerText();
    await neurons.getByRole("combobox").selectOption("layer-4");
    await expect(neurons.getByRole("row").nth(1)).not.toHaveText(first);
  });

  await test.step("the table as CSV, and the saved result opened again", async () => {
    const lines = (await exported(page, "CSV")).toString().trim().split("\r\n");
    const [header, ...rows] = lines.filter((line) => !line.startsWith("# "));
    expect(header).toMatch(
      /^adapter,source,adapter_revision,layers,ranks,.*suite,cases,seed,model,revision,dtype,link,from$/,
    );
    // the base and four groups; then accuracy, gain and nats of five, and growth with its control for four counts
    expect(rows.filter((row) => !/,L\dN\d+,/.test(row))).toHaveLength(5 + 2 * (15 + 8));
    expect(rows.filter((row) => /,"followed, activation",L\dN\d+,/.test(row))).toHaveLength(2 * 8);
    expect((await exported(page, "SVG")).toString()).toContain(">Accuracy by adapted layer, in ");
    const saved = await exported(page, "Save result");
    expect(JSON.parse(saved.toString())).toMatchObject({
      experiment: { kind: "adapters", request: { adapters: [{ name: "layer-2" }, { name: "layer-4" }] } },
    });
    await section(page).getByRole("button", { name: "Pruning" }).click();
    await section(page)
      .getByLabel("Open a saved result")
      .setInputFiles({ name: "result.json", mimeType: "application/json", buffer: saved });
    await expect(section(page)).toContainText(/The best is layer-|are the best with/);
  });

  await test.step("the script gives the same numbers, and one line of the field is another set", async () => {
    const ofScript = await withEngine(
      page,
      async (engine, base) => {
        const suite = "abacus-2d";
        const { found } = await engine.runExperiment({
          kind: "adapters",
          suite,
          count: 1,
          adapters: [{ kind: "url", base }],
        });
        return "adapters" in found ? found.adapters[0]!.growth[0]!.growth.value : Number.NaN;
      },
      `${FOLDER}layer-4/`,
    );
    await adapterLines(page).fill(`${baseURL}${FOLDER}layer-4/`);
    await expect(section(page)).toContainText(/All \d+ batches are kept from an earlier run/);
    await run(page);
    await expect(table.getByRole("row")).toHaveCount(3);
    await expect(table.getByTitle(String(ofScript), { exact: true }).first()).toBeVisible();
    await expect(page).toHaveURL(/adapters(?::|%3A)http/);
  });
  await test.step("a folder of one's own joins the set, and no link claims to lead there", async () => {
    await expect(section(page).getByRole("button", { name: "Copy link" })).toHaveCount(1);
    const folder = test.info().outputPath("mine");
    await mkdir(folder);
    for (const [name, bytes] of adapterFiles(randomAdapter(abacusFiles(), { layers: [1], upFactor: 0 }))) {
      await writeFile(join(folder, name), bytes);
    }
    await section(page).getByLabel("Folder of an adapter").setInputFiles(folder);
    await expect(section(page)).toContainText(/1 of 3 batches|2 of 3 batches|in 3 batches/);
    await run(page);
    await expect(table.getByRole("rowheader", { name: "mine" })).toHaveAttribute("title", /^a folder on this computer/);
    await expect(section(page).getByRole("button", { name: "Copy link" })).toHaveCount(0);
    await section(page).getByRole("button", { name: "Leave out the folder mine" }).click();
    await expect(section(page)).toContainText(/All 2 batches are kept from an earlier run/);
  });
  expect(
    (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
  ).toEqual([]);

  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await picture(page, "experiments-lora-phone", { fullPage: true });
});

test(
  "a model that no adapters come with says so, and a broken one costs nothing",
  { tag: "@page" },
  async ({ page, baseURL }) => {
    await page.route(`**${FOLDER}**`, (route) =>
      route.fulfill({ status: 200, contentType: "text/html", body: "<html></html>" }),
    );
    await openWithModel(page, LINK);
    await expect(section(page)).toContainText("none come with the page for this model");
    await expect(runButton(page)).toBeDisabled();
    await adapterLines(page).fill("no adapter");
    await expect(page.getByText(/“no adapter” is no adapter: owner\/name/)).toBeVisible();
    await adapterLines(page).fill(`${baseURL}${FOLDER}layer-2/`);
    await expect(runButton(page)).toBeEnabled({ timeout: 60_000 });
    await runButton(page).click();
    await expect(page.getByRole("alert")).toContainText("adapter_config.json", { timeout: RUN_MS });
    await expect(section(page)).toContainText(/[1-9]\d* of \d+ batches are kept from an earlier run/);
  },
);

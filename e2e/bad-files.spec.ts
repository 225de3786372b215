import type { Page } from "@playwright/test";
import {
  bundledFile,
  configWith,
  serveAsItIs,
  serveBeside,
  serveInstead,
  weightsClaiming,
  weightsWithHeaderLength,
} from "./checkpoint-files.ts";
import type { ModelFile } from "./checkpoint-files.ts";
import {
  expect,
  expectModel,
  expectWholeSweep,
  modelChip,
  openApp,
  openWithModel,
  panel,
  picture,
  predictionRow,
  promptBox,
  test,
  withEngine,
} from "./support.ts";

const TABLE = "model.embed_tokens.weight";
const weights = bundledFile("model.safetensors");

/** What is wrong with which file, the sentence that a person reads, and the code that a script gets. */
const FAULTS: readonly (readonly [
  what: string,
  file: ModelFile,
  bytes: Buffer | undefined,
  sentence: RegExp,
  code: string,
])[] = [
  ["no config", "config.json", undefined, /has no config\.json/, "missing-file"],
  [
    "no weights",
    "model.safetensors",
    undefined,
    /has neither model\.safetensors nor model\.safetensors\.index\.json/,
    "missing-file",
  ],
  ["no tokenizer", "tokenizer.json", undefined, /has no tokenizer\.json/, "missing-file"],
  [
    "a truncated config",
    "config.json",
    bundledFile("config.json").subarray(0, 200),
    /config\.json is not JSON/,
    "damaged-file",
  ],
  [
    "truncated weights",
    "model.safetensors",
    weights.subarray(0, 6_000_000),
    /claims bytes \d+ to \d+ of \d+; the file is truncated or its header wrong/,
    "damaged-file",
  ],
  [
    "weights cut within the header",
    "model.safetensors",
    weights.subarray(0, 500),
    /header length \d+ exceeds the 492 bytes there is room for/,
    "damaged-file",
  ],
  [
    "empty weights",
    "model.safetensors",
    Buffer.alloc(0),
    /has 0 bytes, the header length alone takes 8/,
    "damaged-file",
  ],
  [
    "a header that says it is endless",
    "model.safetensors",
    weightsWithHeaderLength(2n ** 63n),
    /header length 9223372036854775808 exceeds the/,
    "damaged-file",
  ],
  [
    "an offset beyond the end",
    "model.safetensors",
    weightsClaiming(TABLE, (entry) => ({ ...entry, data_offsets: [20_000_000, 21_058_304] })),
    /embed_tokens\.weight claims bytes 20000000 to 21058304 of/,
    "damaged-file",
  ],
  [
    "a length that is not the shape's",
    "model.safetensors",
    weightsClaiming(TABLE, (entry) => ({ ...entry, data_offsets: [entry.data_offsets[0], entry.data_offsets[1] - 4] })),
    /embed_tokens\.weight of shape \[1378, 192\] needs 1058304 bytes as F32, its offsets give 1058300/,
    "damaged-file",
  ],
  [
    "a shape that is not the config's",
    "model.safetensors",
    weightsClaiming(TABLE, (entry) => ({ ...entry, shape: [192, 1378] })),
    /embed_tokens\.weight.*192, 1378/,
    "bad-file",
  ],
  [
    "another architecture",
    "config.json",
    configWith({ architectures: ["MambaForCausalLM"] }),
    /config\.json names MambaForCausalLM; this explorer reads LlamaForCausalLM/,
    "unknown-architecture",
  ],
  [
    "no architecture",
    "config.json",
    configWith({ architectures: undefined, model_type: undefined }),
    /config\.json names no architecture at all/,
    "unknown-architecture",
  ],
  [
    "a missing field",
    "config.json",
    configWith({ hidden_size: undefined }),
    /config\.json: hidden_size is missing; a number above 0 is needed/,
    "bad-config",
  ],
  [
    "an impossible field",
    "config.json",
    configWith({ num_hidden_layers: -3 }),
    /config\.json: num_hidden_layers is -3; a number above 0 is needed/,
    "bad-config",
  ],
];

test(
  "whatever is wrong with a model's files, the page says it and keeps everything",
  { tag: "@page" },
  async ({ page, problems }) => {
    problems.expect(/404/);
    await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off, p(8) falls");

    for (const [what, file, bytes, sentence, code] of FAULTS) {
      await test.step(what, async () => {
        await serveInstead(page, file, bytes);
        await reload(page);
        const notice = page.getByRole("alert");
        await expect(notice).toContainText(sentence);
        await expectNothingLost(page);
        const rejected = await withEngine(
          page,
          (engine) =>
            engine.load({ kind: "bundled" }).then(
              () => "loaded",
              (reason: { code: string }) => reason.code,
            ),
          undefined,
        );
        expect(rejected).toBe(code);
        await picture(page, `bad-file-${what.replaceAll(/\W+/g, "-")}`);
        await notice.getByRole("button", { name: "Dismiss this notice" }).click();
        await expect(notice).toHaveCount(0);
        await serveAsItIs(page);
      });
    }

    await test.step("and the model that was there still answers", async () => {
      await expectModel(page);
      await expect(panel(page, "Prediction")).toContainText("With L0H7 off, p(8) falls");
      await expectWholeSweep(page);
    });
  },
);

test(
  "a page that opens without its model says so, keeps the link, and tries again",
  { tag: "@page" },
  async ({ page, problems }) => {
    problems.expect(/404/);
    await serveInstead(page, "model.safetensors", undefined);
    await openApp(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
    await expect(page.getByRole("alert")).toContainText(
      "has neither model.safetensors nor model.safetensors.index.json",
    );
    await expect(modelChip(page)).toHaveAccessibleName(/failed$/);
    await expectQuestionKept(page);
    await picture(page, "bad-file-on-opening");

    await serveAsItIs(page);
    await page.getByRole("button", { name: /^Try again/ }).click();
    await expectModel(page);
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off, p(8) falls");
    await expect(page.getByRole("alert")).toHaveCount(0);
  },
);

test(
  "a checkpoint from another address or folder that cannot be read leaves the one at hand",
  { tag: "@page" },
  async ({ page, problems }) => {
    problems.expect(/404/);
    await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off, p(8) falls");

    await test.step("an address with nothing behind it", async () => {
      await modelChip(page).click();
      await page
        .getByRole("textbox", { name: "Model on the Hugging Face Hub, or address of a checkpoint’s folder" })
        .fill(new URL("/models/nobody/", page.url()).href);
      await page.getByRole("button", { name: "Load", exact: true }).click();
      await expect(page.getByRole("alert")).toContainText("has no config.json");
      await expectNothingLost(page);
      await expectModel(page);
      await picture(page, "bad-address");
    });

    await test.step("a folder on disk that lacks its weights", async () => {
      await modelChip(page).click();
      await page
        .getByLabel("Open a folder on this computer…")
        .evaluate((input: HTMLInputElement) => input.removeAttribute("webkitdirectory"));
      await page.getByLabel("Open a folder on this computer…").setInputFiles([
        { name: "config.json", mimeType: "application/json", buffer: bundledFile("config.json") },
        { name: "tokenizer.json", mimeType: "application/json", buffer: bundledFile("tokenizer.json") },
      ]);
      await expect(page.getByRole("alert")).toContainText("the chosen folder has neither model.safetensors nor");
      await expectNothingLost(page);
      await expectModel(page);
    });

    await test.step("a whole folder on disk opens, and the interventions of the old model go", async () => {
      await modelChip(page).click();
      await page
        .getByLabel("Open a folder on this computer…")
        .evaluate((input: HTMLInputElement) => input.removeAttribute("webkitdirectory"));
      const names = ["config.json", "tokenizer.json", "model.safetensors"] as const;
      await page
        .getByLabel("Open a folder on this computer…")
        .setInputFiles(
          names.map((name) => ({ name, mimeType: "application/octet-stream", buffer: bundledFile(name) })),
        );
      await expect(
        page.getByText("Another model has other heads and neurons: the intervention was dropped."),
      ).toBeVisible();
      await expect(modelChip(page)).toHaveAccessibleName(/^Model: from disk · /);
      await expect(predictionRow(page, "8")).toBeVisible();
    });
  },
);

test("without WebGPU the page runs on WASM and says why", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page);
  await modelChip(page).click();
  await expect(page.getByRole("banner")).toContainText(/this browser has no WebGPU|found no graphics processor/);
  await picture(page, "no-webgpu");

  await test.step("asked for by name, it is refused and nothing changes", async () => {
    await page.getByRole("group", { name: "Runs on" }).getByRole("button", { name: "WebGPU" }).click();
    await expect(page.getByRole("alert")).toContainText(
      "Choose WASM in the model menu, or a browser with WebGPU switched on.",
    );
    await expectModel(page);
    await expect(predictionRow(page, "8")).toBeVisible();
    const rejected = await withEngine(
      page,
      (engine) =>
        engine.load({ kind: "bundled" }, { backend: "webgpu" }).then(
          () => "loaded",
          (reason: { code: string }) => reason.code,
        ),
      undefined,
    );
    expect(rejected).toBe("no-webgpu");
  });
});

async function reload(page: Page): Promise<void> {
  await modelChip(page).click();
  await page.getByRole("button", { name: "Load abacus again" }).click();
  await expect(modelChip(page)).toHaveAttribute("aria-expanded", "false");
}

/** The prompt, what is switched off, and something to read. */
async function expectNothingLost(page: Page): Promise<void> {
  await expectQuestionKept(page);
  await expect(predictionRow(page, "8")).toBeVisible();
}

async function expectQuestionKept(page: Page): Promise<void> {
  await expect(promptBox(page)).toHaveValue("3+5=");
  await expect(panel(page, "Switched off").getByRole("listitem")).toContainText("L0H7");
}

/** Cubic in the letters behind each of them: nothing gives up, and nothing comes to an end. */
const ENDLESS = String.raw`\w*\w*\w*[^\w]`;

test(
  "a pattern that does not end is ended and named, and mending the prompt is all that it takes",
  { tag: "@page" },
  async ({ page }) => {
    const json = JSON.parse(bundledFile("tokenizer.json").toString()) as { readonly pre_tokenizer: object };
    const endless = { type: "Split", pattern: { Regex: ENDLESS }, behavior: "Isolated", invert: false };
    const steps = { type: "Sequence", pretokenizers: [endless, json.pre_tokenizer] };
    const slow = Buffer.from(JSON.stringify({ ...json, pre_tokenizer: steps }));
    await serveBeside(page, "slow", "tokenizer.json", slow);
    await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D");
    await withEngine(page, (engine) => engine.load({ kind: "url", base: "models/slow" }), undefined);
    await expectWholeSweep(page);
    await promptBox(page).fill("a".repeat(380));
    const fault = page.getByText(/its pattern .*had not finished cutting "aaa.*and was ended/).first();
    await expect(fault).toBeVisible({ timeout: 30_000 });
    await expect(fault).toContainText(String.raw`\\w*\\w*\\w*[^\\w]`);
    // the answer of before is not shown as if it were this prompt's
    await expect(panel(page, "Prediction").locator(".stale")).toBeVisible();
    await picture(page, "endless-pattern");
    await promptBox(page).fill("3+5=");
    await expect(predictionRow(page, "8")).toBeVisible();
    await expect(panel(page, "Prediction").locator(".stale")).toBeHidden();
  },
);

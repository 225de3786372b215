import type { Page } from "@playwright/test";
import { randomCheckpoint } from "../test/checkpoints.ts";
import { startHub } from "../test/hub-server.ts";
import { bytesAsked, expectAnswersAsReference, layeredFiles, startLoad } from "./hub-loads.ts";
import { expect, modelChip, openWithModel, picture, predictionRow, test } from "./support.ts";

const REPO = "somebody/twelve-layers";
const FILES = layeredFiles(12);
const WEIGHTS = `${REPO}/model.safetensors`;
const PROMPT = [1, 5, 40, 7];

const storedModels = (page: Page) => page.getByRole("group", { name: "Stored models" });

test(
  "a model of a Hub survives the line, a reload, the loss of the network, and goes when it is told to",
  { tag: "@page" },
  async ({ page, problems }) => {
    const hub = await startHub({ [REPO]: { files: FILES } });
    problems.expect(new RegExp(`${hub.url}|${hub.cdn}|ERR_|Failed to load resource`));
    try {
      await openWithModel(page, "#v=1&m=abacus&p=w5");

      await test.step("what fails and heals on the way is tried again, and a load can be paused and let go on", async () => {
        const slow = { kind: "slow", bytesPerSecond: 60_000 } as const;
        hub.schedule(WEIGHTS, { kind: "status", status: 500 });
        hub.schedule(WEIGHTS, slow);
        hub.schedule(WEIGHTS, { kind: "truncate", afterBytes: 1000 });
        hub.schedule(WEIGHTS, { kind: "reset" });
        hub.schedule(WEIGHTS, { kind: "status", status: 429, retryAfter: "1" });
        hub.schedule(WEIGHTS, slow, 1000);
        await startLoad(page, hub, REPO);
        await page.getByRole("button", { name: "Pause" }).click();
        await expect(page.getByText(/Fetching: .* paused$/)).toBeVisible();
        await picture(page, "hub-paused");
        const before = bytesAsked(hub).length;
        await page.getByRole("button", { name: "Go on" }).click();
        await expect.poll(() => bytesAsked(hub).length).toBeGreaterThan(before);
      });

      const whole = await test.step("a load that a reload broke off goes on where it stopped", async () => {
        await expect.poll(() => bytesAsked(hub).length).toBeGreaterThan(30);
        hub.setOnline(false);
        hub.dropConnections();
        await page.reload();
        // the address names the model by now, and an address alone downloads nothing
        await expect(modelChip(page)).toHaveAccessibleName(/twelve-layers.* · not loaded$/);
        await modelChip(page).click();
        await expect(storedModels(page)).toContainText("not complete");
        await picture(page, "hub-not-complete");
        await page.keyboard.press("Escape");
        hub.reset();
        hub.setOnline(true);
        await startLoad(page, hub, REPO);
        await expect(modelChip(page)).toHaveAccessibleName(/^Model: twelve-layers · .* · f32/);
        await expectAnswersAsReference(page, FILES, PROMPT);
        return bytesAsked(hub).length;
      });

      await test.step("the second visit needs no network", async () => {
        hub.reset();
        hub.setOnline(false);
        await page.goto("about:blank");
        await openWithModel(page, "#v=1&m=abacus&p=w5");
        await modelChip(page).click();
        await expect(storedModels(page)).toContainText("somebody/twelve-layers");
        await picture(page, "hub-stored");
        await storedModels(page)
          .getByRole("button", { name: /^Load / })
          .click();
        await expect(modelChip(page)).toHaveAccessibleName(/^Model: twelve-layers · .* · f32/);
        await expectAnswersAsReference(page, FILES, PROMPT);
        expect(hub.log).toEqual([]);
      });

      await test.step("asked for by its name without a network, it is what was stored last", async () => {
        await page.goto("about:blank");
        await openWithModel(page, "#v=1&m=abacus&p=w5");
        await startLoad(page, hub, REPO);
        await expect(modelChip(page)).toHaveAccessibleName(/^Model: twelve-layers · .* · f32/);
      });

      await test.step("deleted, it is gone, and the network is asked for", async () => {
        await page.goto("about:blank");
        await openWithModel(page, "#v=1&m=abacus&p=w5");
        await modelChip(page).click();
        await storedModels(page)
          .getByRole("button", { name: /^Delete / })
          .click();
        await expect(storedModels(page)).toHaveCount(0);
        await page.keyboard.press("Escape");
        await startLoad(page, hub, REPO);
        await expect(page.getByRole("alert")).toContainText("could not be read");
        await expect(modelChip(page)).toHaveAccessibleName(/^Model: abacus · 3/);
      });

      await test.step("from the beginning it takes more requests than it took to go on", async () => {
        hub.reset();
        hub.setOnline(true);
        await startLoad(page, hub, REPO);
        await expect(modelChip(page)).toHaveAccessibleName(/^Model: twelve-layers · .* · f32/);
        expect(bytesAsked(hub).length).toBeGreaterThan(whole + 20);
      });
    } finally {
      await hub.close();
    }
  },
);

test(
  "a stored copy that was damaged is mended from its source, and only what was damaged",
  { tag: "@page" },
  async ({ page, problems }) => {
    const hub = await startHub({ [REPO]: { files: FILES } });
    problems.expect(new RegExp(`${hub.url}|${hub.cdn}`));
    try {
      await openWithModel(page, "#v=1&m=abacus&p=w5");
      await startLoad(page, hub, REPO);
      await expect(modelChip(page)).toHaveAccessibleName(/^Model: twelve-layers · .* · f32/);
      await page.goto("about:blank");
      await openWithModel(page, "#v=1&m=abacus&p=w5");
      await page.evaluate(async () => {
        const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
        for await (const [, folder] of root.entries()) {
          const file = await (folder as FileSystemDirectoryHandle).getFileHandle("3.bin");
          const stream = await file.createWritable({ keepExistingData: true });
          await stream.write({ type: "write", position: 5000, data: new Uint8Array([1, 2, 3, 4]) });
          await stream.close();
        }
      });
      hub.reset();
      await startLoad(page, hub, REPO);
      await expect(modelChip(page)).toHaveAccessibleName(/^Model: twelve-layers · .* · f32/);
      await expectAnswersAsReference(page, FILES, PROMPT);
      // the header, and the tensors of block 3 that lie in the damaged stretch
      expect(bytesAsked(hub).length).toBeLessThan(15);
      expect(bytesAsked(hub).length).toBeGreaterThan(1);
    } finally {
      await hub.close();
    }
  },
);

test(
  "a large model is put before the person with its numbers, and nothing is read before a yes",
  { tag: "@page" },
  async ({ page, problems }) => {
    const files = randomCheckpoint({
      layers: 1,
      modelDim: 256,
      heads: 4,
      kvHeads: 4,
      headDim: 64,
      vocabulary: 52_000,
      tied: true,
    });
    const hub = await startHub({ "somebody/large": { files } });
    problems.expect(new RegExp(`${hub.url}|${hub.cdn}`));
    try {
      await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D");
      await modelChip(page).click();
      await page
        .getByRole("textbox", { name: "Model on the Hugging Face Hub, or address" })
        .fill(`${hub.url}/somebody/large/resolve/main/`);
      await page.getByRole("button", { name: "Load", exact: true }).click();
      const offer = page.getByRole("region", { name: "Model to load" });
      await expect(offer).toContainText(
        "A llama model of 13.6 M parameters: 1 layer × 4 heads, 52,000 tokens, stored as F32",
      );
      await picture(page, "hub-offer");
      const asked = bytesAsked(hub).length;
      await expect(predictionRow(page, "8")).toBeVisible();
      await offer.getByRole("button", { name: "Not now" }).click();
      await expect(offer).toHaveCount(0);
      expect(bytesAsked(hub)).toHaveLength(asked);
      await modelChip(page).click();
      await page.getByRole("button", { name: "Load", exact: true }).click();
      await offer.getByRole("radio", { name: "q4" }).check();
      await offer.getByRole("button", { name: /^Load \(q4, / }).click();
      await expect(modelChip(page)).toHaveAccessibleName(/ · q4 · /);
    } finally {
      await hub.close();
    }
  },
);

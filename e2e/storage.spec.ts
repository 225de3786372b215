import type { Page } from "@playwright/test";
import { startHub } from "../test/hub-server.ts";
import type { HubServer } from "../test/hub-server.ts";
import { bytesAsked, expectAnswersAsReference, layeredFiles, startLoad } from "./hub-loads.ts";
import { expect, modelChip, openWithModel, picture, predictionRow, test } from "./support.ts";

const REPO = "somebody/ten-layers";
const FILES = layeredFiles(10);
const WEIGHTS = `${REPO}/model.safetensors`;

const isLoaded = (page: Page) =>
  expect(modelChip(page)).toHaveAccessibleName(/^Model: ten-layers · .* · f32/, { timeout: 60_000 });

const isWellUnderWay = (hub: HubServer) => expect.poll(() => bytesAsked(hub).length).toBeGreaterThan(20);

const storedFolders = (page: Page) =>
  page.evaluate(async () => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("models", { create: true });
    const names: string[] = [];
    for await (const [name] of root.entries()) names.push(name);
    return names;
  });

test(
  "storage that fills up during a load: the model at hand answers on, the new one is held in memory, and the page says so",
  { tag: "@page" },
  async ({ page, problems, baseURL }) => {
    const hub = await startHub({ [REPO]: { files: FILES } });
    problems.expect(new RegExp(`${hub.url}|${hub.cdn}`));
    const devtools = await page.context().newCDPSession(page);
    try {
      await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D");
      hub.schedule(WEIGHTS, { kind: "slow", bytesPerSecond: 400_000 }, 1000);
      await startLoad(page, hub, REPO);
      await isWellUnderWay(hub);
      const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage!);
      await devtools.send("Storage.overrideQuotaForOrigin", { origin: baseURL!, quotaSize: usage + 10_000 });
      await expect(predictionRow(page, "8")).toBeVisible();
      hub.reset();
      await isLoaded(page);
      await expectAnswersAsReference(page, FILES, [1, 5, 40, 7]);
      const notice = page.locator("[data-code=storage-full]");
      // Chromium speaks of more room than there is
      await expect(notice).toContainText(/storing it takes \d+ MB more, and there was room for \d+ MB of it, though/);
      await expect(notice).toContainText("held in memory for this visit, and the next one has to read it again");
      await picture(page, "storage-full");
      // the room that the load had taken is free again
      expect(await storedFolders(page)).toEqual([]);
    } finally {
      await hub.close();
    }
  },
);

test(
  "site data that is cleared during a load and after it: the load goes on, and so do the answers",
  { tag: "@page" },
  async ({ page, problems, baseURL }) => {
    const hub = await startHub({ [REPO]: { files: FILES } });
    problems.expect(new RegExp(`${hub.url}|${hub.cdn}`));
    const devtools = await page.context().newCDPSession(page);
    const clear = () => devtools.send("Storage.clearDataForOrigin", { origin: baseURL!, storageTypes: "all" });
    try {
      await openWithModel(page, "#v=1&m=abacus&p=w5");
      hub.schedule(WEIGHTS, { kind: "slow", bytesPerSecond: 400_000 }, 1000);
      await startLoad(page, hub, REPO);
      await isWellUnderWay(hub);
      await clear();
      hub.reset();
      await isLoaded(page);
      await expectAnswersAsReference(page, FILES, [1, 5, 40, 7]);
      await expect(page.locator("[data-code=storage-failed]")).toContainText("held in memory for this visit");

      // the next one is stored as ever, and answers on when that is cleared in turn
      await startLoad(page, hub, REPO);
      await expect(page.locator("[data-code=storage-failed]")).toHaveCount(0);
      await isLoaded(page);
      expect(await storedFolders(page)).toHaveLength(1);
      await clear();
      await expectAnswersAsReference(page, FILES, [2, 9, 33, 200]);
    } finally {
      await hub.close();
    }
  },
);

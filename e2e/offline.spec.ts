import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { FIRST_MODEL } from "../src/model/shipped-models.ts";
import { startPlainHost } from "./plain-host.ts";
import {
  ask,
  expect,
  expectModel,
  expectWholeSweep,
  freshProfile,
  modelChip,
  panel,
  predictionRow,
  promptBox,
  test,
} from "./support.ts";

const isIsolated = (page: Page) => page.evaluate(() => crossOriginIsolated);

/** How many files of each kind the worker keeps: the page's own, the model's, the WebAssembly's. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const stores = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    const paths = stores.flat().map(({ url }) => new URL(url).pathname);
    const count = (pattern: RegExp) => paths.filter((path) => pattern.test(path)).length;
    return {
      page: count(/^\/a\/b\/index\.html$/),
      weights: count(/\/models\/abacus-2\/model\.safetensors$/),
      wasm: count(/\.wasm$/),
      others: count(/^(?!\/a\/b\/)/),
    };
  });

const threads = async (page: Page) => {
  await modelChip(page).click();
  const told = await page.getByText(/ on (one thread|\d+ threads)$/).textContent();
  await page.keyboard.press("Escape");
  return /on (.*)$/.exec(told!)![1];
};

test(
  "in a folder of a plain host the page answers, gets all cores at a press, takes up a new version with what was asked, and opens without a network",
  { tag: "@page" },
  async ({ page: own, baseURL }) => {
    const host = await startPlainHost(`test-results/site-${new URL(baseURL!).port}`, "/a/b/");
    const { page: first, problems } = await freshProfile(own, host.address, { serviceWorkers: "allow" });
    const context = first.context();
    let page = first;
    let opened = 0;
    page.on("domcontentloaded", () => opened++);

    await test.step("the first visit: one thread, said with the way to all, and no reload by itself", async () => {
      await page.goto("");
      await expectModel(page, FIRST_MODEL);
      await ask(page, "4+5=");
      await expect(predictionRow(page, "9")).toBeVisible();
      await expectWholeSweep(page);
      await expect.poll(() => kept(page)).toEqual({ page: 1, weights: 1, wasm: 2, others: 0 });
      expect(await isIsolated(page)).toBe(false);
      expect(await threads(page)).toBe("one thread");
      expect(opened).toBe(1);
    });

    await test.step("all cores at a press, with what was asked", async () => {
      await page.evaluate(() => (location.hash = "#v=1&m=abacus-2&p=4%2B5%3D&x=L0H7"));
      await expect(panel(page, "Prediction")).toContainText("With L0H7 off");
      await modelChip(page).click();
      // the page that is left would pass for the one that comes
      await Promise.all([
        page.waitForEvent("domcontentloaded"),
        page.getByRole("button", { name: "Use all cores" }).click(),
      ]);
      await expectModel(page, FIRST_MODEL);
      expect(await isIsolated(page)).toBe(true);
      expect(await threads(page)).toBe("2 threads");
      await expect(predictionRow(page, "9")).toBeVisible();
      await expect(panel(page, "Prediction")).toContainText("With L0H7 off");
      expect(opened).toBe(2);
    });

    await test.step("left and come back to, from the browser's memory or anew, it has what was asked", async () => {
      await page.goto("about:blank");
      await page.goBack();
      await expectModel(page, FIRST_MODEL);
      await expect(promptBox(page)).toHaveValue("4+5=");
      await expect(panel(page, "Prediction")).toContainText("With L0H7 off");
      await expect(predictionRow(page, "9")).toBeVisible();
    });

    await test.step("a new version is offered, and opened with what was asked", async () => {
      host.change("index.html", (text) => text.replace("<title>Arithmoscope", "<title>Arithmoscope, newer"));
      host.change("sw.js", (text) => text.replace(/(?<="index\.html","revision":")\w+/, "another"));
      await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
      await page.getByRole("button", { name: "Open it now" }).click();
      await expect(page).toHaveTitle("Arithmoscope, newer");
      await expectModel(page, FIRST_MODEL);
      await expect(predictionRow(page, "9")).toBeVisible();
      await expect(panel(page, "Prediction")).toContainText("With L0H7 off");
    });

    await test.step("without a network it opens, isolated, and answers", async () => {
      await page.close();
      host.setOnline(false);
      page = await context.newPage();
      await page.goto("");
      await expectModel(page, FIRST_MODEL);
      expect(await isIsolated(page)).toBe(true);
      await ask(page, "6*7=");
      await expect(predictionRow(page, "42")).toBeVisible();
      await expectWholeSweep(page);
      host.setOnline(true);
    });

    await test.step("switched off by the address nothing of it is left", async () => {
      await page.close();
      page = await context.newPage();
      await page.goto("?sw=off");
      await expectModel(page, FIRST_MODEL);
      await expect(page.getByText("service worker is switched off")).toBeVisible();
      expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
      expect(await page.evaluate(() => caches.keys())).toEqual([]);
      expect(await isIsolated(page)).toBe(false);
    });
    await host.close();
    expect(problems.unexpected).toEqual([]);
    await context.close();
  },
);

/** SHA-256 of what the worker keeps of the model's weights; undefined: it keeps none. */
const keptWeights = (page: Page) =>
  page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        if (!request.url.includes("/models/abacus-2/model.safetensors")) continue;
        const bytes = await (await cache.match(request))!.arrayBuffer();
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      }
    }
    return undefined;
  });

/** Puts other numbers in the place of some of what is kept of the weights. */
const damageKept = (page: Page) =>
  page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        if (!request.url.includes("/models/abacus-2/model.safetensors")) continue;
        const bytes = new Uint8Array(await (await cache.match(request))!.arrayBuffer());
        bytes.copyWithin(4_000_000, 1_000_000, 1_400_000);
        await cache.put(request, new Response(bytes));
      }
    }
  });

test(
  "behind a host that compresses whole files alone every later visit has the model that was published, and what is damaged here mends itself",
  { tag: "@page" },
  async ({ page: own, baseURL }) => {
    const host = await startPlainHost(`test-results/site-${new URL(baseURL!).port}`, "/a/b/", { isCompressing: true });
    const { page, problems } = await freshProfile(own, host.address, { serviceWorkers: "allow" });
    const published = createHash("sha256")
      .update(readFileSync("public/models/abacus-2/model.safetensors"))
      .digest("hex");
    const opens = async (address = "") => {
      await page.goto("about:blank");
      await page.goto(address);
      await expectModel(page, FIRST_MODEL);
      await ask(page, "4+5=");
      await expect(predictionRow(page, "9")).toBeVisible();
    };

    await test.step("the first visit keeps the weights as they are", async () => {
      await opens();
      await expectWholeSweep(page);
      await expect.poll(() => keptWeights(page)).toBe(published);
    });
    await test.step("the second visit answers", () => opens());
    await test.step("damaged, they are read from the host, and kept anew", async () => {
      await damageKept(page);
      expect(await keptWeights(page)).not.toBe(published);
      await opens();
      await expectWholeSweep(page);
      await expect.poll(() => keptWeights(page)).toBe(published);
    });
    await test.step("without the worker, and after that, it answers", async () => {
      await opens("?sw=off");
      await opens();
    });
    await host.close();
    expect(problems.unexpected).toEqual([]);
    await page.context().close();
  },
);

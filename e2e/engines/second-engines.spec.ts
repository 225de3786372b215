import { expect } from "@playwright/test";
import type { ScriptingSurface } from "../../src/app/scripting.ts";
import { startHub } from "../../test/hub-server.ts";
import { layeredFiles } from "../hub-loads.ts";
import { click, namesOf, seen, test } from "./fixture.ts";
import type { Reader } from "./reader.ts";

const HEADS = 48;
const chip = /^Model: abacus · 3\.\d+\sM · q8 · WASM$/m;
const wholeSweep = async (reader: Reader) =>
  (await namesOf(reader, '[role="gridcell"]')).filter((name) => /: effect −?\d/.test(name)).length;

/** The whole prompt, so that what comes takes its place. */
const select = (reader: Reader) =>
  reader.evaluate(() => {
    const field = document.querySelector("textarea")!;
    field.focus();
    field.select();
  });

test("the page opens, answers, sweeps, switches and hands on a link that the next reader's browser reproduces", async ({
  startReader,
  baseURL,
}) => {
  const reader = await startReader();
  await reader.open(`${baseURL}/#v=1&m=abacus&rn=1&p=3%2B5=`);

  await test.step("the model answers, on WASM with threads", async () => {
    await seen(reader, "button", chip);
    expect(await reader.evaluate(() => crossOriginIsolated)).toBe(true);
    await seen(reader, "tr", /^8.*9[345]\.\d\s%/m);
  });

  await test.step("every head has its number, and L0H7 the largest", async () => {
    await expect.poll(() => wholeSweep(reader)).toBe(HEADS);
    await seen(reader, '[role="gridcell"]', /^L0H7: effect 7\.9\d nats, on/m);
  });

  await test.step("another prompt, typed, has another answer", async () => {
    await select(reader);
    await reader.type("4+5=\n");
    await seen(reader, "tr", /^9\D*9\d\.\d\s%/m);
    await select(reader);
    await reader.type("3+5=\n");
    await seen(reader, "tr", /^8.*9[345]\.\d\s%/m);
  });

  await test.step("a head is switched off", async () => {
    await click(reader, '[role="gridcell"]', /^L0H7: effect 7/);
    await click(reader, "button", /^Switch L0H7 off$/);
    await seen(reader, "main", /With L0H7 off, p\(8\) falls/);
  });

  const link = await test.step("the finding is copied", async () => {
    await click(reader, "button", /^Copy link$/);
    await seen(reader, "button", /^Copied$/m);
    await select(reader);
    await reader.paste();
    const pasted = () => reader.evaluate(() => document.querySelector("textarea")!.value);
    await expect.poll(pasted).toMatch(/#v=1&m=abacus&.*p=3%2B5=&x=L0H7\*0&sel=L0H7&b=-0\.0\d+&c=-[78]\.\d+$/);
    return pasted();
  });

  await test.step("the next reader's browser reproduces it", async () => {
    const other = await startReader();
    await other.open(link);
    await seen(other, "main", /✓ reproduced on this machine, largest difference (?:below )?\S+ nats/);
  });
});

test("a model from elsewhere is kept for the next visit where the browser has a place for it, else read again", async ({
  startReader,
  baseURL,
}) => {
  const hub = await startHub({ "somebody/two-layers": { files: layeredFiles(2) } });
  const source = { kind: "hub", repo: "somebody/two-layers", hub: hub.url } as const;
  const reader = await startReader();
  const load = () =>
    reader.evaluate(async (from) => {
      while (!("arithmoscope" in window)) await new Promise(requestAnimationFrame);
      const engine = (window as unknown as { arithmoscope: ScriptingSurface }).arithmoscope;
      await engine.load(from, { dtype: "f32" });
      return engine.predict([1, 5, 40, 7]).then(({ target }) => target.logProbability);
    }, source);
  const readBytes = () => hub.log.filter(({ server, method }) => server === "cdn" && method === "GET").length;
  try {
    await reader.open(`${baseURL}/#v=1&m=abacus&p=3%2B5=`);
    // WebKitGTK has no private file system
    const keeps = await reader.evaluate(() => "storage" in navigator && "getDirectory" in navigator.storage);
    const first = await load();
    expect(readBytes()).toBeGreaterThan(0);
    hub.reset();
    await reader.open(`${baseURL}/?again`);
    expect(await load()).toBe(first);
    expect(readBytes() === 0).toBe(keeps);
  } finally {
    await hub.close();
  }
});

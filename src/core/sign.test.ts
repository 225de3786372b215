import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** Fresh for each test: when the last sign was given is remembered. */
async function signs() {
  vi.resetModules();
  const { heldUp, sign, tellSigns } = await import("./sign.ts");
  const listener = vi.fn<() => void>();
  tellSigns(listener);
  return { heldUp, sign, count: () => listener.mock.calls.length };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("signs are told once a second, however much is done", async () => {
  const { sign, count } = await signs();
  for (let ms = 0; ms < 10_000; ms++) sign(ms);
  expect(count()).toBe(10);
});

test("who breathes gives one", async () => {
  const { count } = await signs();
  const { breathe } = await import("./breath.ts");
  await breathe(0);
  expect(count()).toBe(1);
});

test("what waits for somebody else gives signs until that is over", async () => {
  const { heldUp, count } = await signs();
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting = heldUp(promise);
  vi.advanceTimersByTime(5_000);
  expect(count()).toBe(5);
  resolve("there");
  expect(await waiting).toBe("there");
  vi.advanceTimersByTime(5_000);
  expect(count()).toBe(5);
});

test("what fails ends its signs as well", async () => {
  const { heldUp } = await signs();
  await expect(heldUp(Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  expect(vi.getTimerCount()).toBe(0);
});

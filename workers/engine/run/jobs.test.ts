import { expect, test } from "vitest";
import { Jobs } from "./jobs.ts";

/** A job that ends when it is aborted, with what it was aborted with. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });

test("gives back what the task gives", async () => {
  expect(await new Jobs().run(1, () => Promise.resolve("done"))).toBe("done");
});

test("cancels the job that is named, as an abort, and no other", async () => {
  const jobs = new Jobs();
  const [first, second] = [jobs.run(1, untilAborted), jobs.run(2, untilAborted)];
  jobs.cancel(2);
  await expect(second).rejects.toMatchObject({ name: "AbortError" });
  const isOpen = await Promise.race([first.catch(() => false), Promise.resolve(true)]);
  expect(isOpen).toBe(true);
  jobs.cancel(1);
  await expect(first).rejects.toMatchObject({ name: "AbortError" });
});

test("cancelling what is over or was never there does nothing", async () => {
  const jobs = new Jobs();
  const signals: AbortSignal[] = [];
  await jobs.run(1, (signal) => {
    signals.push(signal);
    return Promise.resolve();
  });
  jobs.cancel(1);
  jobs.cancel(99);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});

test("a failed job is over as well, also one that throws at once", async () => {
  const jobs = new Jobs();
  const signals: AbortSignal[] = [];
  const failing = jobs.run(1, (signal) => {
    signals.push(signal);
    throw new RangeError("no model");
  });
  await expect(failing).rejects.toThrow(new RangeError("no model"));
  jobs.cancel(1);
  expect(signals[0]!.aborted).toBe(false);
});

test("what runs in the background waits until no call is left, and not for itself", async () => {
  const jobs = new Jobs();
  const ends: (() => void)[] = [];
  const call = (job: number) => jobs.run(job, () => new Promise<void>((resolve) => ends.push(resolve)));
  const calls = [call(1), call(2)];
  const done: string[] = [];
  const background = jobs.runInBackground(3, async (signal) => {
    await jobs.quiet(signal);
    done.push("background");
  });
  ends[0]!();
  await calls[0]!;
  done.push("first call");
  ends[1]!();
  await calls[1]!;
  await background;
  expect(done).toEqual(["first call", "background"]);
  await jobs.quiet(new AbortController().signal);
});

test("a background job that waits can be cancelled", async () => {
  const jobs = new Jobs();
  void jobs.run(1, () => new Promise<void>(() => undefined));
  const background = jobs.runInBackground(2, async (signal) => {
    await jobs.quiet(signal);
    signal.throwIfAborted();
  });
  jobs.cancel(2);
  await expect(background).rejects.toMatchObject({ name: "AbortError" });
});

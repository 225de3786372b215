import { afterEach, expect, test, vi } from "vitest";
import { Queue } from "./queue.ts";

/** A task that ends when it is told to. */
function task(log: string[], name: string) {
  let resolve: (name: string) => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<string>((give, fail) => {
    resolve = give;
    reject = fail;
  });
  const run = () => {
    log.push(`${name} starts`);
    return promise.finally(() => log.push(`${name} ends`));
  };
  return { run, end: () => resolve(name), fail: (reason: Error) => reject(reason) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("runs one task at a time, in the order they came", async () => {
  const log: string[] = [];
  const queue = new Queue();
  const [first, second] = [task(log, "first"), task(log, "second")];
  const results = Promise.all([queue.add(first.run), queue.add(second.run)]);
  second.end();
  await settled();
  expect(log).toEqual(["first starts"]);
  first.end();
  expect(await results).toEqual(["first", "second"]);
  expect(log).toEqual(["first starts", "first ends", "second starts", "second ends"]);
});

test("a failure is the caller's alone; those behind it run", async () => {
  const log: string[] = [];
  const queue = new Queue();
  const [broken, next] = [task(log, "broken"), task(log, "next")];
  const failing = queue.add(broken.run);
  const following = queue.add(next.run);
  broken.fail(new Error("out of memory"));
  next.end();
  await expect(failing).rejects.toThrow("out of memory");
  expect(await following).toBe("next");
  expect(await queue.add(() => Promise.resolve("later"))).toBe("later");
});

test("a task that throws before its promise is a failure like any other", async () => {
  const queue = new Queue();
  await expect(
    queue.add(() => {
      throw new TypeError("no session");
    }),
  ).rejects.toThrow("no session");
  expect(await queue.add(() => Promise.resolve(1))).toBe(1);
});

test("a shorter one goes first, of equal ones the one that came first", async () => {
  vi.spyOn(performance, "now").mockReturnValue(0);
  const log: string[] = [];
  const queue = new Queue();
  const ending = (name: string) => () => Promise.resolve(log.push(name));
  await Promise.all([
    queue.add(ending("long"), 500),
    queue.add(ending("short"), 1),
    queue.add(ending("as short"), 1),
    queue.add(ending("read")),
  ]);
  expect(log).toEqual(["read", "short", "as short", "long"]);
});

test("a call of many short tasks waits for the one in hand of a call of long ones, and for no more of them", async () => {
  const log: string[] = [];
  const queue = new Queue();
  const call = async (name: string, tasks: number, ms: number) => {
    for (let index = 0; index < tasks; index++) {
      await queue.add(() => Promise.resolve(log.push(name)), ms);
      // what a call does with an answer before it asks again
      for (let step = 0; step < 20; step++) await Promise.resolve();
    }
  };
  const long = call("long", 4, 500);
  await queue.add(() => Promise.resolve());
  await Promise.all([long, call("short", 5, 2)]);
  expect(log.indexOf("short")).toBeLessThanOrEqual(1);
  const shorts = log.flatMap((name, index) => (name === "short" ? [index] : []));
  expect(shorts).toEqual(shorts.map((_, index) => shorts[0]! + index));
});

test("a long task waits for shorter ones no longer than it takes itself", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const log: string[] = [];
  const queue = new Queue();
  const taking = (name: string, ms: number) => () => {
    now += ms;
    return Promise.resolve(log.push(name));
  };
  const stream = async () => {
    for (let index = 0; index < 12; index++) await queue.add(taking("short", 100), 100);
  };
  await Promise.all([stream(), queue.add(taking("long", 350), 350)]);
  expect(log.indexOf("long")).toBe(3);
});

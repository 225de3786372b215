import { expect, test } from "vitest";
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

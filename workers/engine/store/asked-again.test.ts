import { describe, expect, test } from "vitest";
import { askedAgain } from "./asked-again.ts";

const SOON_MS = 5;
const never = () => new Promise<never>(() => undefined);

/** Answers one question after the other as told. */
function answering<T>(...answers: readonly (() => Promise<T>)[]) {
  let asked = 0;
  return { ask: () => answers[Math.min(asked++, answers.length - 1)]!(), asked: () => asked };
}

describe("what storage is asked", () => {
  test("is asked once where it answers", async () => {
    const { ask, asked } = answering(() => Promise.resolve("handle"));
    expect(await askedAgain(ask, undefined, SOON_MS)).toBe("handle");
    expect(asked()).toBe(1);
  });

  test("is asked again where nothing comes", async () => {
    const { ask, asked } = answering<string>(never, never, () => Promise.resolve("third"));
    expect(await askedAgain(ask, undefined, SOON_MS)).toBe("third");
    expect(asked()).toBe(3);
  });

  test("is not asked again where it refuses", async () => {
    const { ask, asked } = answering(() => Promise.reject(new DOMException("in use", "NoModificationAllowedError")));
    await expect(askedAgain(ask, undefined, SOON_MS)).rejects.toMatchObject({ name: "NoModificationAllowedError" });
    expect(asked()).toBe(1);
  });

  test("a slow answer counts, though the second question was refused because of the first", async () => {
    const slow = () => new Promise<string>((resolve) => setTimeout(() => resolve("slow"), 4 * SOON_MS));
    const { ask } = answering(slow, () => Promise.reject(new Error("in use")));
    expect(await askedAgain(ask, undefined, SOON_MS)).toBe("slow");
  });

  test("an answer that comes too late is given back", async () => {
    const slow = Promise.withResolvers<string>();
    const discarded: string[] = [];
    const { ask } = answering(
      () => slow.promise,
      () => Promise.resolve("second"),
    );
    expect(await askedAgain(ask, (late) => discarded.push(late), SOON_MS)).toBe("second");
    slow.resolve("first");
    await slow.promise;
    await Promise.resolve();
    expect(discarded).toEqual(["first"]);
  });

  test("ends with the refusal, or with a sentence, where no answer comes at all", async () => {
    await expect(askedAgain(never, undefined, SOON_MS)).rejects.toThrow("the browser has not answered 5 times");
    const { ask } = answering<never>(never, () => Promise.reject(new Error("in use")));
    await expect(askedAgain(ask, undefined, SOON_MS)).rejects.toThrow("in use");
  });
});

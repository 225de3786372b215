import { expect, test } from "vitest";
import { takeTurn } from "./projection.ts";

test("whoever waits for a message has it before the next chunk, and a stop that came in is heeded", async () => {
  const seen: string[] = [];
  setTimeout(() => seen.push("a message"));
  await takeTurn({
    turn: () => {
      seen.push("turn");
      return Promise.resolve();
    },
  });
  expect(seen).toEqual(["a message", "turn"]);

  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped")));
  await expect(takeTurn({ signal: stop.signal })).rejects.toThrow("stopped");
});

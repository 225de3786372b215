import { afterEach, expect, test, vi } from "vitest";
import { tellSigns } from "#core/sign.ts";
import { fetchRuntime } from "./fetch-runtime.ts";

const ADDRESS = new URL("https://page.test/assets/runtime.wasm");
const serve = (answer: () => Promise<Response>) => vi.stubGlobal("fetch", answer);

afterEach(() => {
  vi.unstubAllGlobals();
  tellSigns(() => undefined);
});

/** Three pieces, each of which a person waits for. */
function inPieces(): Response {
  const pieces = [[1, 2], [3], [4, 5, 6]];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece) controller.enqueue(Uint8Array.from(piece));
      else controller.close();
    },
  });
  // what a host gives that knows nothing of WebAssembly
  return new Response(body, { headers: { "content-type": "text/plain" } });
}

test("the runtime comes piece by piece, each is told and a sign of life, and its MIME type plays no part", async () => {
  serve(() => Promise.resolve(inPieces()));
  const told: number[] = [];
  let signs = 0;
  tellSigns(() => signs++);
  vi.spyOn(performance, "now").mockImplementation(() => 1e9 + 2_000 * told.length);
  const binary = await fetchRuntime(ADDRESS, (bytes) => told.push(bytes));
  vi.restoreAllMocks();
  expect([...new Uint8Array(binary)]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(told).toEqual([2, 3, 6]);
  expect(signs).toBe(3);
});

test.each<[string, () => Promise<Response>, string]>([
  ["is not there", () => Promise.resolve(new Response("no", { status: 404 })), "the server answers 404"],
  ["cannot be reached", () => Promise.reject(new TypeError("Failed to fetch")), "Failed to fetch"],
  [
    "breaks off",
    () => Promise.resolve(new Response(new ReadableStream({ start: (c) => c.error(new Error("connection lost")) }))),
    "connection lost",
  ],
])("a runtime that %s is a fault that says so", async (_what, answer, found) => {
  serve(answer);
  await expect(fetchRuntime(ADDRESS, () => undefined)).rejects.toMatchObject({
    code: "unreachable",
    message: `the engine’s runtime could not be read from ${ADDRESS.href}: ${found}`,
  });
});

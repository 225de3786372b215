import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { startHub } from "#test/hub-server.ts";
import type { HubRepository, HubServer } from "#test/hub-server.ts";
import { hubSearch, leaveSearch, searchHub } from "./hub-search.ts";

const SAFETENSORS = { safetensors: { parameters: { BF16: 1_000_000 }, total: 1_000_000 }, tags: ["safetensors"] };

/** A repository with nothing in it but a config. */
const withConfig = (config: unknown, listing: Readonly<Record<string, unknown>> = SAFETENSORS): HubRepository => ({
  files: new Map([["config.json", new TextEncoder().encode(JSON.stringify(config))]]),
  listing,
});

const LLAMA = { architectures: ["LlamaForCausalLM"], model_type: "llama" };

const repositories: Record<string, HubRepository> = {
  "some/llama": { files: randomCheckpoint(), listing: { ...SAFETENSORS, downloads: 12 } },
  "some/gated": { ...withConfig(LLAMA), tokens: ["hf_secret"] },
  "some/bert": withConfig({ architectures: ["BertForMaskedLM"], model_type: "bert" }),
  "some/experts": withConfig({ ...LLAMA, num_local_experts: 8 }),
  "some/awq": withConfig({ ...LLAMA, quantization_config: { quant_method: "awq" } }),
  "some/pickle": withConfig(LLAMA, { tags: ["pytorch"] }),
  "some/lora": { files: new Map(), listing: { library_name: "peft", tags: ["peft", "safetensors"] } },
  "some/gguf": { files: new Map(), listing: { tags: ["gguf"], gguf: { architecture: "llama", total: 7e9 } } },
  "some/mamba-gguf": { files: new Map(), listing: { tags: ["gguf"], gguf: { architecture: "mamba" } } },
  "some/picture": { files: new Map(), listing: SAFETENSORS },
};

let hub: HubServer;
beforeAll(async () => void (hub = await startHub(repositories)));
afterAll(() => hub.close());
afterEach(() => {
  leaveSearch();
  hub.reset();
  vi.unstubAllGlobals();
});

const found = () => {
  const search = hubSearch.getState();
  if (search.kind !== "found") throw new Error(`search: ${JSON.stringify(search)}`);
  return search.models;
};

test("what can be opened is told from what cannot, with the reason", async () => {
  await searchHub("some", hub.url);
  const refusals = Object.fromEntries(found().map(({ repo, refusal }) => [repo, refusal]));
  expect(refusals).toEqual({
    "some/llama": undefined,
    "some/gated": undefined,
    "some/bert": expect.stringContaining("BertForMaskedLM"),
    // a list has no number of experts: opening it reads the config, and finds that out
    "some/experts": undefined,
    "some/awq": expect.stringContaining("AWQ"),
    "some/pickle": expect.stringContaining("PyTorch"),
    "some/lora": expect.stringContaining("adapter"),
    "some/gguf": undefined,
    "some/mamba-gguf": expect.stringContaining("mamba"),
    "some/picture": expect.stringContaining("no config.json"),
  });
  expect(found()[0]).toMatchObject({ repo: "some/llama", parameters: 1_000_000, downloads: 12, isGated: false });
  expect(found()[1]).toMatchObject({ repo: "some/gated", isGated: true });
});

test("one question is asked, of the words alone", async () => {
  await searchHub("llama & co", hub.url);
  expect(found()).toEqual([]);
  expect(hub.log).toHaveLength(1);
  const { path, headers } = hub.log[0]!;
  const asked = new URL(path, hub.url).searchParams;
  expect(asked.get("search")).toBe("llama & co");
  expect(asked.get("limit")).toBe("20");
  expect(asked.getAll("expand")).toContain("config");
  expect([headers.authorization, headers.cookie, headers.referer]).toEqual([undefined, undefined, undefined]);
});

test("a newer search ends an earlier one, whose answer changes nothing", async () => {
  const first = searchHub("bert", hub.url);
  const second = searchHub("llama", hub.url);
  await Promise.all([first, second]);
  expect(found().map(({ repo }) => repo)).toEqual(["some/llama"]);
  const left = searchHub("bert", hub.url);
  leaveSearch();
  await left;
  expect(hubSearch.getState()).toEqual({ kind: "none" });
});

const answering = (body: string, status = 200) =>
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));

test.each([
  ["a server that is busy", () => answering("", 429), "takes no more searches"],
  ["a server that fails", () => answering("", 503), "answered the search with 503"],
  ["a page in the place of a list", () => answering("<!doctype html>"), "no list of models"],
  ["a record in the place of a list", () => answering('{"error":"no"}'), "no list of models"],
  ["an answer without end", () => answering(`["${"x".repeat(2_000_001)}"]`), "more than 2 MB"],
  ["no network", () => vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed"))), "cannot be reached"],
])("%s is told", async (_what, prepare, said) => {
  prepare();
  await searchHub("llama", hub.url);
  const search = hubSearch.getState();
  expect(search.kind === "failed" && search.fault.message).toContain(said);
});

test("entries of another form are left out, and no more are read than were asked for", async () => {
  const good = { id: "some/model", config: LLAMA, safetensors: { total: 5 } };
  answering(JSON.stringify([null, 7, { id: "../etc" }, { id: "no-owner" }, { ...good, downloads: "many", tags: 3 }]));
  await searchHub("x", hub.url);
  expect(found()).toEqual([
    { repo: "some/model", parameters: 5, downloads: undefined, isGated: false, refusal: undefined },
  ]);
  answering(JSON.stringify(Array.from({ length: 500 }, () => good)));
  await searchHub("x", hub.url);
  expect(found()).toHaveLength(20);
});

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import type { Rolldown } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { siteFiles } from "./docs/site.ts";
import { SERVICE_WORKER_FILE } from "./service-worker.ts";

interface Listed {
  readonly url: string;
  readonly revision: string | null;
  readonly sha256: string;
}

describe("the service worker of a build", () => {
  let output: Rolldown.RolldownOutput["output"];
  let worker: string;
  let listed: readonly Listed[];

  beforeAll(async () => {
    ({ output } = (await build({ logLevel: "silent", build: { write: false } })) as Rolldown.RolldownOutput);
    const file = output.find(({ fileName }) => fileName === SERVICE_WORKER_FILE);
    worker = file?.type === "asset" ? String(file.source) : "";
    listed = JSON.parse(/\[\{"url":.*?\}\]/.exec(worker)![0]) as readonly Listed[];
  });

  it("is one script that every browser with service workers takes, no module", () => {
    expect(worker).not.toMatch(/\b(?:import|export)\b\s*[{*"'(]|import\.meta/);
  });

  it("lists what the build wrote, but for itself, the docs, the notices and faces that no current browser asks for", () => {
    const written = output.map(({ fileName }) => fileName);
    const names = listed.map(({ url }) => url);
    expect(names.filter((name) => !written.includes(name) && !existsSync(join("public", name)))).toEqual([]);
    const unlisted = written.filter((name) => !names.includes(name));
    expect(unlisted.filter((name) => !/\.woff$|^docs\//.test(name)).toSorted()).toEqual(["notices.txt", "sw.js"]);
    expect(names.filter((name) => name.startsWith("docs/"))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(["index.html", "models/abacus/model.safetensors", "catalogue.json"]));
  });

  it("lies beside the whole site of the docs, whose links another test follows", () => {
    const site = output.filter(({ fileName }) => fileName.startsWith("docs/")).map(({ fileName }) => fileName);
    expect(site.toSorted()).toEqual([...siteFiles(process.cwd()).keys()].map((path) => `docs/${path}`).toSorted());
  });

  it("has the hash of every file, as it is sent", () => {
    const sent = new Map(output.map((file) => [file.fileName, file.type === "chunk" ? file.code : file.source]));
    const hashOf = (url: string) =>
      createHash("sha256")
        .update(sent.get(url) ?? readFileSync(join("public", url)))
        .digest("hex");
    expect(listed.filter(({ url, sha256 }) => hashOf(url) !== sha256)).toEqual([]);
  });

  it("has a revision for every file whose name stays when its content changes, and for no other", () => {
    const withoutHash = listed.filter(({ revision }) => revision === null).map(({ url }) => url);
    expect(withoutHash.filter((url) => !url.startsWith("assets/"))).toEqual([]);
    expect(listed.filter(({ url, revision }) => url.startsWith("assets/") && revision !== null)).toEqual([]);
  });
});

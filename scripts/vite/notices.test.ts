import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, createServer, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import about from "../../package.json" with { type: "json" };
import { NOTICES_FILE, noticesOf, packageFolder } from "./notices.ts";

/**
 * Every package in the page, by hand, with a phrase of the licence that it is under. A dependency more is a line more. Those of
 * onnxruntime-web and d3-array (internmap) come in bundled, so that no module tells of them.
 */
const IN_THE_PAGE: readonly (readonly [name: string, phrase: RegExp])[] = [
  ["@bufbuild/protobuf", /Buf Technologies[^]*Apache License[^]*Copyright 2008 Google Inc\./],
  ["@fontsource-variable/ibm-plex-sans", /IBM Corp\.[^]*SIL OPEN FONT LICENSE Version 1\.1/],
  ["@fontsource/ibm-plex-mono", /IBM Corp\.[^]*SIL OPEN FONT LICENSE Version 1\.1/],
  [
    "@mlc-ai/web-tokenizers",
    /tokenizers-cpp[^]*Apache License\s+Version 2\.0[^]*END OF TERMS AND CONDITIONS[^]*Andrew Gallant[^]*K\.Kosako[^]*Susumu Yata/,
  ],
  ["@noble/hashes", /Paul Miller[^]*Permission is hereby granted, free of charge/],
  ["@protobufjs/aspromise", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["@protobufjs/base64", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["@protobufjs/codegen", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["@protobufjs/eventemitter", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["@protobufjs/fetch", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["@protobufjs/float", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["@protobufjs/path", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["@protobufjs/pool", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["@protobufjs/utf8", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["comlink", /Apache License\s+Version 2\.0[^]*END OF TERMS AND CONDITIONS/],
  ["d3-array", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-color", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-dispatch", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-drag", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-ease", /Mike Bostock[^]*Redistribution and use in source and binary forms/],
  ["d3-format", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-interpolate", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-path", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-scale", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-selection", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-shape", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-time", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-time-format", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-timer", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-transition", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["d3-zoom", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["flatbuffers", /Apache License\s+Version 2\.0/],
  ["guid-typescript", /nicolas[^]*Permission to use, copy, modify/],
  ["internmap", /Mike Bostock[^]*Permission to use, copy, modify/],
  ["long", /Apache License\s+Version 2\.0/],
  ["onnxruntime-common", /Microsoft Corporation[^]*Permission is hereby granted, free of charge/],
  [
    "onnxruntime-web",
    /Microsoft Corporation[^]*Permission is hereby granted, free of charge[^]*THIRD PARTY SOFTWARE NOTICES[^]*Eigen/,
  ],
  ["platform", /Permission is hereby granted, free of charge/],
  ["protobufjs", /Daniel Wirtz[^]*Redistribution and use in source and binary forms/],
  ["react", /Meta Platforms[^]*Permission is hereby granted, free of charge/],
  ["react-dom", /Meta Platforms[^]*Permission is hereby granted, free of charge/],
  ["react-error-boundary", /Permission is hereby granted, free of charge/],
  ["scheduler", /Meta Platforms[^]*Permission is hereby granted, free of charge/],
  ["valibot", /Fabian Hiller[^]*Permission is hereby granted, free of charge/],
  ["workbox-core", /Google LLC[^]*Permission is hereby granted, free of charge/],
  ["workbox-precaching", /Google LLC[^]*Permission is hereby granted, free of charge/],
  ["workbox-routing", /Google LLC[^]*Permission is hereby granted, free of charge/],
  ["workbox-strategies", /Google LLC[^]*Permission is hereby granted, free of charge/],
  ["workbox-window", /Google LLC[^]*Permission is hereby granted, free of charge/],
  ["zustand", /Paul Henschel[^]*Permission is hereby granted, free of charge/],
];

describe("the notices of the built page", () => {
  let output: Rolldown.RolldownOutput["output"];
  let sections: ReadonlyMap<string, string>;

  beforeAll(async () => {
    ({ output } = (await build({ logLevel: "silent", build: { write: false } })) as Rolldown.RolldownOutput);
    sections = sectionsOf(String(asset(NOTICES_FILE)));
  });

  const asset = (name: string) => {
    const file = output.find(({ fileName }) => fileName === name);
    return file?.type === "asset" ? file.source : undefined;
  };

  it("are of the packages in it, those of its workers and its fonts included, and of no other", () => {
    expect([...sections.keys()]).toEqual(IN_THE_PAGE.map(([name]) => name));
  });

  it.each(IN_THE_PAGE)("hold the licence of %s", (name, phrase) => {
    expect(sections.get(name)).toMatch(phrase);
  });

  it("leave out no dependency of package.json", () => {
    expect([...sections.keys()]).toEqual(expect.arrayContaining(Object.keys(about.dependencies)));
  });

  it("leave out no package that Vite itself sees in a chunk", () => {
    const inChunks = output
      .flatMap((file) => (file.type === "chunk" ? file.moduleIds : []))
      .flatMap((id) => packageFolder(id)?.split("/node_modules/").at(-1) ?? []);
    expect(new Set(inChunks)).toContain("react");
    expect([...sections.keys()]).toEqual(expect.arrayContaining([...new Set(inChunks)]));
  });

  it("name every crate that the tokenizers' WASM names in its messages", () => {
    const wasm = asset(output.find(({ fileName }) => /web-tokenizers.*\.wasm$/.test(fileName))!.fileName) as Uint8Array;
    const crates = Buffer.from(wasm)
      .toString("latin1")
      .matchAll(/\/registry\/src\/[^/]+\/([\w-]+)-(\d+\.\d+\.\d+)\//g);
    const named = new Set([...crates].map(([, name, version]) => `${name} ${version}`));
    expect(named).toContain("tokenizers 0.21.1");
    const text = sections.get("@mlc-ai/web-tokenizers");
    expect([...named].filter((crate) => !text?.includes(crate))).toEqual([]);
  });

  it("lie where the help dialog's link leads, from whatever folder the page runs in", () => {
    const dialog = readFileSync(new URL("../../src/views/page/HelpDialog.tsx", import.meta.url), "utf8");
    expect(dialog).toContain(`href="./${NOTICES_FILE}"`);
  });
});

it("while the page is edited the link leads to the notices of what package.json asks for", async () => {
  const server = await createServer({
    logLevel: "silent",
    server: { port: 0, open: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  try {
    await server.listen();
    const response = await fetch(new URL(NOTICES_FILE, server.resolvedUrls!.local[0]));
    expect(response.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect([...sectionsOf(await response.text()).keys()]).toEqual(IN_THE_PAGE.map(([name]) => name));
  } finally {
    await server.close();
  }
});

describe("a package without a notice", () => {
  const root = mkdtempSync(join(tmpdir(), "notices-"));
  afterAll(() => rmSync(root, { recursive: true }));

  const packaged = (
    name: string,
    license: string | undefined,
    files: Readonly<Record<string, string>> = {},
    dependencies = {},
  ) => {
    const folder = mkdtempSync(join(root, "package-"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "1.2.3", license, dependencies }));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    return folder;
  };

  it("ends the build, by name", () => {
    expect(() => noticesOf([packaged("bare", "MIT")])).toThrow(/bare 1\.2\.3 .* ships no licence file; it states MIT/);
    expect(() => noticesOf([packaged("bare", undefined)])).toThrow(/it states no licence/);
    expect(() => noticesOf([packaged("bare", "MIT", { LICENSE: " \n" })])).toThrow(/ships no licence file/);
  });

  it("ends the build also where only another package depends on it", () => {
    const folder = packaged("outer", "MIT", { LICENSE: "outer's" }, { inner: "1" });
    expect(() => noticesOf([folder])).toThrow(/inner, which a package of the page depends on, is not installed/);
    const inner = join(folder, "node_modules/inner");
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, "package.json"), JSON.stringify({ name: "inner", version: "1.0.0", license: "MIT" }));
    expect(() => noticesOf([folder])).toThrow(/inner 1\.0\.0 .* ships no licence file/);
    writeFileSync(join(inner, "LICENSE"), "inner's");
    expect([...sectionsOf(noticesOf([folder])).keys()]).toEqual(["inner", "outer"]);
  });

  it("is not helped by a text supplied for another licence", () => {
    expect(() => noticesOf([packaged("onnxruntime-web", "GPL-3.0")])).toThrow(/states GPL-3\.0, and .* has MIT/);
  });

  it("is not helped by a list of what was compiled into another version", () => {
    const folder = packaged("onnxruntime-web", "MIT");
    expect(() => noticesOf([folder])).toThrow(/onnxruntime-web is at 1\.2\.3, and .* compiled into 1\.30\.0/);
  });

  it.each(["LICENSE", "LICENCE.md", "license.txt", "COPYING"])("has one in %s", (file) => {
    expect(noticesOf([packaged("kept", "MIT", { [file]: "© somebody" })])).toContain(
      "kept 1.2.3 (MIT)\n\n© somebody\n",
    );
  });

  it("has its NOTICE beside its licence", () => {
    const folder = packaged("kept", "Apache-2.0", { LICENSE: "the licence", NOTICE: "the notice" });
    expect(noticesOf([folder])).toContain("the licence\n\nthe notice\n");
  });
});

it.each([
  ["/a/node_modules/react/index.js", "/a/node_modules/react"],
  ["/a/node_modules/@noble/hashes/sha2.js?v=1", "/a/node_modules/@noble/hashes"],
  ["/a/node_modules/b/node_modules/@c/d/e.css", "/a/node_modules/b/node_modules/@c/d"],
  ["C:\\a\\node_modules\\react\\index.js", "C:/a/node_modules/react"],
  ["/a/node_modules/.cache/web-tokenizers.wasm?url", undefined],
  ["/a/src/main.tsx", undefined],
  ["\0rolldown/runtime.js", undefined],
])("the package of %j is in %s", (id, folder) => {
  expect(packageFolder(id)).toBe(folder);
});

/** @returns the text below each title, by the package that the title names */
function sectionsOf(text: string): ReadonlyMap<string, string> {
  const [, ...sections] = text.split(/^={80}\n/m);
  return new Map(
    sections.map((section) => [section.slice(0, section.indexOf(" ")), section.slice(section.indexOf("\n"))]),
  );
}

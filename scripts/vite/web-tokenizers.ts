import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** What the code imports: the package, with its WASM beside it instead of in it. */
const REQUEST = "@mlc-ai/web-tokenizers?wasm";

/**
 * Takes the package of the Rust tokenizers apart. It is one script with 3.5 MB of WASM in it as base64, wrapped for `<script>`,
 * and keeps to itself both its loader and what a crash says. Here the loader is a module and the WASM a file: a third less to
 * download (1.2 MB instead of 1.7), compiled while it arrives, once for every instance.
 */
export function webTokenizers(): Plugin {
  const packaged = createRequire(import.meta.url).resolve("@mlc-ai/web-tokenizers");
  return {
    name: "web-tokenizers",
    enforce: "pre",
    resolveId: (source) => (source === REQUEST ? `${packaged}?wasm` : undefined),
    load(id) {
      if (id !== `${packaged}?wasm`) return undefined;
      const { loader, wasm } = takenApart(readFileSync(packaged, "utf8"));
      const file = join(dirname(packaged), "../../../.cache/web-tokenizers.wasm");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, wasm);
      const { config, mode } = this.environment;
      const compile = () => {
        if (config.consumer === "client") return IN_BROWSERS(file);
        if (mode !== "build") return IN_NODE(JSON.stringify(file));
        const name = this.emitFile({ type: "asset", fileName: "web-tokenizers.wasm", source: wasm });
        // beside the scripts, none of which is in a folder
        return IN_NODE(`new URL("./${this.getFileName(name)}", import.meta.url)`);
      };
      return `${compile()}\nexport const createTokenizers = ${loader};\n`;
    },
  };
}

const IN_BROWSERS = (file: string) => `
import url from ${JSON.stringify(`${file}?url`)};
export async function compileTokenizers() {
  const response = await fetch(url);
  if (!response.ok) throw new Error(\`\${response.status} \${response.statusText}\`);
  // a host that does not know the type cannot have it compiled as it arrives
  if (response.headers.get("Content-Type") !== "application/wasm") return WebAssembly.compile(await response.arrayBuffer());
  return WebAssembly.compileStreaming(response);
}`;

/** @param file an expression */
const IN_NODE = (file: string) => `
import { readFile } from "node:fs/promises";
export const compileTokenizers = async () => WebAssembly.compile(await readFile(${file}));`;

/** @returns the function that makes an instance, and what it runs */
function takenApart(script: string): { readonly loader: string; readonly wasm: Buffer } {
  const [, wasm] = found(script, /"data:application\/octet-stream;base64,([A-Za-z0-9+/=]{1000,})"/);
  const [loader] = found(
    script.replace(wasm!, ""),
    /async function\(moduleArg = \{\}\) \{[^]*?return moduleArg\.ready\s*\}/,
  );
  return {
    loader: replaced(loader, [
      // it is given its WASM, and looks for nothing in any folder
      ["_scriptDir", '""'],
      [/(?<=var ENVIRONMENT_IS_NODE=)[^;]*/, "false"],
      ["await import('module')", "{}"],
      ["new (require('u' + 'rl').URL)('file:' + __filename).href", '""'],
      // a byte order mark is part of a text
      ['new TextDecoder("utf8")', 'new TextDecoder("utf8",{ignoreBOM:true})'],
    ]),
    wasm: Buffer.from(wasm!, "base64"),
  };
}

const replaced = (text: string, changes: readonly (readonly [from: string | RegExp, to: string])[]) =>
  changes.reduce((before, [from, to]) => {
    const after = before.replaceAll(typeof from === "string" ? from : new RegExp(from, "g"), to);
    if (after === before) throw otherBuild(String(from));
    return after;
  }, text);

function found(text: string, what: RegExp): RegExpExecArray {
  const match = what.exec(text);
  if (!match) throw otherBuild(String(what));
  return match;
}

const otherBuild = (missing: string) =>
  new Error(
    `@mlc-ai/web-tokenizers is built otherwise than scripts/vite/web-tokenizers.ts expects: ${missing} is not there`,
  );

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { Fault } from "#core/fault.ts";
import { isAddress } from "#model/source-names.ts";
import { checkFileSize, readResultFile } from "#state/experiments/result-file.ts";
import { codeOf } from "#workers/node/disk-fault.ts";
import { ALWAYS, readLine } from "../command-line.ts";
import type { Options } from "../command-line.ts";
import type { Session } from "../session.ts";
import { resultFragment } from "./result-link.ts";

export const LINK_OPTIONS = {
  at: {
    type: "string",
    about:
      "the http(s) address where others will find the file; left out: the link asks the same again, and names no file",
  },
  page: { type: "string", about: "the page's address, to stand before the link; left out: from its # on" },
  ...ALWAYS,
} as const satisfies Options;

/** `link FILE`: a saved result by a link that the page opens. @throws Fault */
export async function runLink(args: readonly string[], session: Session): Promise<void> {
  const { values, positionals } = readLine("link", args, LINK_OPTIONS);
  const [path] = positionals;
  if (path === undefined || positionals.length !== 1) {
    throw new Fault("bad-request", `link: one saved result is needed; it got ${positionals.length}`);
  }
  const [address, page = ""] = [addressIn(values, "at"), addressIn(values, "page")];
  const bytes = await bytesOf(path);
  const { result, saved } = readResultFile(bytes.toString());
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const fragment = resultFragment(result, saved.model, address === undefined ? undefined : { address, sha256 });
  if (fragment === undefined) {
    throw new Fault(
      "bad-request",
      `link: the page's form asks nothing that gives ${path}; --at, the address where the file will lie, names it itself`,
    );
  }
  session.streams.out.write(`${page}#${fragment}\n`);
}

/** A saved result's bytes, of which no more are read than the page would read. @throws Fault "missing-file" or "bad-file" */
async function bytesOf(path: string): Promise<Buffer> {
  try {
    checkFileSize((await stat(path)).size);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const isMissing = codeOf(cause) === "ENOENT";
    const why = isMissing
      ? "there is no such file"
      : `it cannot be read (${String(codeOf(cause))}); a saved result is needed`;
    throw new Fault(isMissing ? "missing-file" : "bad-file", `${path}: ${why}`, { cause });
  }
}

/** @throws Fault "bad-request" */
function addressIn(values: Readonly<Record<string, string | boolean | undefined>>, name: "at" | "page") {
  const text = values[name];
  if (typeof text !== "string") return undefined;
  if (isAddress(text)) return text.replace(/#.*$/, "");
  throw new Fault("bad-request", `link: --${name} is “${text}”; an http(s) address is needed`);
}

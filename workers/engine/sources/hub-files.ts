import { Fault } from "#core/fault.ts";
import { HUB, MAIN_REVISION, hubAddress, hubName } from "#model/checkpoint.ts";
import type { HubSource } from "#model/checkpoint.ts";
import { firstPart } from "#formats/gguf/gguf-parts.ts";
import { PROJECTOR, isGgufPath } from "#model/source-names.ts";
import type { GgufOnHub } from "#protocol/engine.ts";
import type { CheckpointFiles } from "./checkpoint-files.ts";
import { PassingFailure, ask, unreachable, withPatience } from "./fetch-range.ts";
import type { Fetching } from "./fetch-range.ts";
import { urlFiles } from "./url-files.ts";

/**
 * Not `@huggingface/hub`: of it we would use two addresses. Its reading knows no abort, no progress within a range, no
 * stall and no second attempt, its `modelInfo` leaves the commit out unless asked for by name, and it brings a WASM
 * decoder of the Hub's chunk storage and a table of tasks. What the Hub does, as seen of it in 2026:
 *
 * - `/api/models/{repo}/revision/{revision}?expand=sha` tells the commit, of gated repositories too;
 * - `/{repo}/resolve/{revision}/{file}` redirects, small files to a path of its own, large ones to another host by an
 *   address that expires: so every range asks at the Hub again;
 * - `fetch` drops the `Authorization` header when a redirect leaves the Hub's origin, so the token stays there;
 * - what is refused bears an `X-Error-Code`; 401 is also the answer about a repository that does not exist.
 */

const COMMIT = /^[0-9a-f]{40}$/;
/** Answers with one field; a whole description of a repository has some hundred kilobytes. */
const MAX_ANSWER_BYTES = 1_000_000;

/** @throws Fault "unreachable", "needs-token" or "missing-file" */
export async function hubFiles(source: HubSource, reading: Fetching): Promise<CheckpointFiles> {
  const { repo, file, hub = HUB, revision = MAIN_REVISION } = source;
  const fetching = askingFor(source, reading);
  const commit = COMMIT.test(revision) ? revision : await commitOf(source, revision, fetching);
  const name = hubName(source);
  const files = urlFiles(
    {
      base: hubAddress(repo, commit, hub),
      name,
      identity: {
        kind: "hub",
        name,
        ...(file !== undefined && { file }),
        revision: commit,
        requested: revision,
      },
    },
    fetching,
  );
  return { ...files, ...(file !== undefined && { gguf: file }), names: () => namesOf(source, commit, fetching) };
}

const askingFor = (source: HubSource, reading: Fetching): Fetching => ({
  ...reading,
  ...(source.token && { headers: { Authorization: `Bearer ${source.token}` } }),
  refusal: (response) => refusalOf(response, source),
});

/** The type of most of a file's weights, in the file's name. */
const NAMED_TYPE = /(?:^|[-._/])((?:IQ|TQ|Q)\d\w*|MXFP4|BF16|F16|F32)(?=[-./]|$)/i;

/**
 * The models in GGUF that a repository has, by name; the parts of one are one.
 *
 * @throws Fault "unreachable", "needs-token" or "missing-file"
 */
export async function ggufInRepository(source: HubSource, reading: Fetching): Promise<GgufOnHub[]> {
  const { repo, hub = HUB, revision = MAIN_REVISION } = source;
  const url = `${hub}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const fetching = askingFor(source, reading);
  const text = await withPatience(() => readText(url, fetching), fetching.patience.attemptsToOpen, fetching);
  const models = new Map<string, GgufOnHub>();
  for (const sibling of siblingsOf(parsed(text), url)) {
    const { rfilename: name, size } = (sibling ?? {}) as { readonly rfilename?: unknown; readonly size?: unknown };
    if (typeof name !== "string" || !isGgufPath(name) || PROJECTOR.test(name)) continue;
    const file = firstPart(name);
    const known = models.get(file) ?? {
      file,
      type: NAMED_TYPE.exec(name)?.[1]?.toUpperCase() ?? "",
      bytes: 0,
      parts: 0,
    };
    models.set(file, {
      ...known,
      bytes: known.bytes + (typeof size === "number" ? size : 0),
      parts: known.parts + 1,
    });
  }
  return [...models.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

function siblingsOf({ siblings }: { readonly siblings?: unknown }, url: string): readonly unknown[] {
  if (Array.isArray(siblings)) return siblings;
  throw new Fault("bad-file", `${url}: the Hub did not list the files; the names of the repository's files are needed`);
}

/** What a repository holds, for the sentence about what it does not. */
async function namesOf({ repo, hub = HUB }: HubSource, commit: string, fetching: Fetching): Promise<string[]> {
  const url = `${hub}/api/models/${repo}/revision/${commit}?expand=siblings`;
  const siblings = siblingsOf(parsed(await readText(url, fetching)), url);
  const names = siblings.map((sibling: unknown) => (sibling as { readonly rfilename?: unknown } | null)?.rfilename);
  return names.filter((name) => typeof name === "string");
}

async function commitOf({ repo, hub = HUB }: HubSource, revision: string, fetching: Fetching): Promise<string> {
  const url = `${hub}/api/models/${repo}/revision/${encodeURIComponent(revision)}?expand=sha`;
  const text = await withPatience(() => readText(url, fetching), fetching.patience.attemptsToOpen, fetching);
  const { sha } = parsed(text);
  if (typeof sha === "string" && COMMIT.test(sha)) return sha;
  throw new Fault("bad-file", `${url}: the Hub did not name a commit; a “sha” of 40 hexadecimal digits is needed`);
}

async function readText(url: string, fetching: Fetching): Promise<string> {
  const answer = await ask(url, undefined, { ...fetching, onBytes: () => undefined });
  const { status } = answer.response;
  const decoder = new TextDecoder();
  let text = "";
  try {
    if (status !== 200) throw new PassingFailure(unreachable(url, `the server answered ${status}`));
    for (let piece = await answer.next(); piece; piece = await answer.next()) {
      text += decoder.decode(piece, { stream: true });
      if (text.length > MAX_ANSWER_BYTES) {
        throw new Fault(
          "bad-file",
          `${url}: the answer has more than ${MAX_ANSWER_BYTES} bytes; no more of it is read`,
        );
      }
    }
  } finally {
    answer.close();
  }
  return text;
}

function parsed(text: string): { readonly sha?: unknown; readonly siblings?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** @returns undefined for a file that is not there, which is for the caller to judge, and for what another host refuses */
function refusalOf({ status, headers, url }: Response, source: HubSource): Fault | undefined {
  const { repo, revision = MAIN_REVISION, hub = HUB, token } = source;
  if (new URL(url).origin !== new URL(hub).origin) return undefined;
  const code = headers.get("x-error-code");
  if (code === "RevisionNotFound") {
    return new Fault(
      "missing-file",
      `${repo} on the Hub has no revision ${revision}; a branch, tag or commit is needed`,
    );
  }
  if (status === 404 && code === "RepoNotFound") {
    return new Fault("missing-file", `the Hub has no repository ${repo}; check its name`);
  }
  return status === 401 || status === 403 ? needsToken(source, code === "GatedRepo", token !== undefined) : undefined;
}

function needsToken({ repo, hub = HUB }: HubSource, isGated: boolean, hasToken: boolean): Fault {
  const page = `${hub}/${repo}`;
  if (hasToken) {
    return new Fault(
      "needs-token",
      `the token that was given does not open ${repo}; one of an account with access is needed, which ${page} gives`,
    );
  }
  return isGated
    ? new Fault(
        "needs-token",
        `${repo} is gated: ask for access on ${page}, then give an access token of your account (${hub}/settings/tokens)`,
      )
    : new Fault(
        "needs-token",
        `the Hub shows no repository ${repo} to everybody; check its name, or give an access token if it is private`,
      );
}

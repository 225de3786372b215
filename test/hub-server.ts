import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { CheckpointFiles } from "./checkpoints.ts";
import { EXPOSED, etagOf, misbehave, refuse, serveBytes } from "./hub-faults.ts";
import type { HubFault } from "./hub-faults.ts";

/**
 * A Hub on this machine, as huggingface.co was seen to answer in 2026: `/api/models/{repo}/revision/{revision}` names the
 * commit; `/api/models?search=` lists what has the words in its name; `/{repo}/resolve/{revision}/{file}` redirects, 307 to a path of its own for small files, 302 to another origin
 * for weights, by an address that is good for this redirect alone; refusals bear `X-Error-Code`.
 */

export interface HubRepository {
  readonly files: CheckpointFiles;
  /** Branches and tags besides `main`, to commits. */
  readonly refs?: Readonly<Record<string, string>>;
  /** The tokens that open it; left out: it is public. */
  readonly tokens?: readonly string[];
  /** What a search tells of it besides its name and config. */
  readonly listing?: Readonly<Record<string, unknown>>;
}

export interface HubRequest {
  readonly server: "hub" | "cdn";
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** `owner/name/file` for bytes, `owner/name@revision` for a question about a revision, else "". */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

export interface HubServer {
  /** Without a slash at the end, as `load`'s `hub` wants it. */
  readonly url: string;
  /** The other origin, to which weights are redirected. */
  readonly cdn: string;
  readonly log: HubRequest[];
  /** The commit that `main` is at. */
  commit(repo: string): string;
  /**
   * The next `times` requests for `target` fail like this, in the order in which they are scheduled.
   *
   * @param target `owner/name/file` or `owner/name@revision`; faults of bytes happen where the bytes are served
   */
  schedule(target: string, fault: HubFault, times?: number): void;
  /** Breaks every connection that is open. */
  dropConnections(): void;
  /** Off line, every connection breaks before it is answered, and nothing is logged. */
  setOnline(isOnline: boolean): void;
  /** Forgets the log and what is scheduled. */
  reset(): void;
  close(): Promise<void>;
}

/** @param repositories by `owner/name`; what is changed in it later is served */
export async function startHub(repositories: Readonly<Record<string, HubRepository>>): Promise<HubServer> {
  const log: HubRequest[] = [];
  const scheduled: { readonly target: string; readonly fault: HubFault; left: number }[] = [];
  /** Redirects that were given out, each with the file that it leads to. */
  const signed = new Map<string, string>();
  let cdnUrl = "";
  let isOnline = true;

  const nextFault = (target: string): HubFault | undefined => {
    const next = scheduled.find(({ target: each, left }) => each === target && left > 0);
    if (!next) return undefined;
    next.left--;
    return next.fault;
  };
  const repoOf = (name: string) => (Object.hasOwn(repositories, name) ? repositories[name] : undefined);

  const hub = createServer((request, response) => {
    if (!isOnline) return void request.socket.destroy();
    const asked = readPath(request.url ?? "/");
    log.push(logEntry("hub", request, targetOf(asked)));
    allowOrigin(request, response);
    if (request.method === "OPTIONS") return answerPreflight(response);
    const words = searchedFor(request.url ?? "/");
    if (words !== undefined) return sendJson(response, listed(repositories, words));
    if (!asked) return refuse(response, 404, "NotFound", "Sorry, we can't find the page you are looking for.");
    const repo = repoOf(asked.repo);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    // to a stranger a repository that is not there looks like a private one
    if (!repo) return refuse(response, token ? 404 : 401, "RepoNotFound", "Invalid username or password.");
    const commit = commitAt(asked.repo, repo, asked.revision);
    if (!commit) return refuse(response, 404, "RevisionNotFound", `Invalid rev id: ${asked.revision}`);
    if (asked.kind === "revision") {
      const fault = nextFault(targetOf(asked));
      if (fault) return misbehave(response, fault, Buffer.from("{}"), request);
      // the card of a gated repository is public, its files are not
      const about = { _id: asked.repo, id: asked.repo, sha: commit };
      if (!asked.isListing) return sendJson(response, about);
      const siblings = [...repo.files].map(([rfilename, { byteLength: size }]) => ({
        rfilename,
        ...(asked.hasSizes && { size }),
      }));
      return sendJson(response, { ...about, siblings });
    }
    if (repo.tokens && !token) {
      return refuse(response, 401, "GatedRepo", `Access to model ${asked.repo} is restricted. Please log in.`);
    }
    if (repo.tokens && !repo.tokens.includes(token!)) {
      return refuse(response, 403, "GatedRepo", `Access to model ${asked.repo} is restricted.`);
    }
    const bytes = repo.files.get(asked.file);
    if (!bytes) return refuse(response, 404, "EntryNotFound", "Entry not found");
    response.setHeader("X-Repo-Commit", commit);
    if (asked.kind === "cached") {
      return serveBytes(request, response, bytes, nextFault(targetOf(asked)));
    }
    const isLinked = /\.(?:safetensors|gguf)$/.test(asked.file);
    if (!isLinked) {
      const location = `/api/resolve-cache/models/${asked.repo}/${commit}/${asked.file}`;
      return redirect(response, 307, location);
    }
    response.setHeader("X-Linked-Size", bytes.byteLength);
    response.setHeader("X-Linked-ETag", etagOf(bytes));
    const path = `/xet-bridge/${randomUUID()}?Expires=300`;
    signed.set(path, `${asked.repo}/${asked.file}`);
    return redirect(response, 302, cdnUrl + path);
  });

  const cdn = createServer((request, response) => {
    if (!isOnline) return void request.socket.destroy();
    const target = signed.get(request.url ?? "") ?? "";
    log.push(logEntry("cdn", request, target));
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Expose-Headers", EXPOSED);
    response.setHeader("Timing-Allow-Origin", "*");
    if (request.method === "OPTIONS") return answerPreflight(response);
    const [owner, name, ...file] = target.split("/");
    const bytes = repoOf(`${owner}/${name}`)?.files.get(file.join("/"));
    if (!bytes) return refuse(response, 403, "", "AccessDenied");
    return serveBytes(request, response, bytes, nextFault(target));
  });

  const url = await listen(hub);
  cdnUrl = await listen(cdn);
  return {
    url,
    cdn: cdnUrl,
    log,
    commit: (repo) => commitAt(repo, repositories[repo]!, "main")!,
    schedule(target, fault, times = 1) {
      scheduled.push({ target, fault, left: times });
    },
    reset() {
      log.length = 0;
      scheduled.length = 0;
    },
    dropConnections() {
      for (const server of [hub, cdn]) server.closeAllConnections();
    },
    setOnline(next) {
      isOnline = next;
    },
    async close() {
      await Promise.all([hub, cdn].map(stop));
    },
  };
}

interface Asked {
  readonly kind: "revision" | "resolve" | "cached";
  readonly repo: string;
  readonly revision: string;
  readonly file: string;
  /** Its files are asked for as well: `?expand=siblings`. */
  readonly isListing: boolean;
  /** With their sizes: `?blobs=true`. */
  readonly hasSizes: boolean;
}

function readPath(url: string): Asked | undefined {
  const { pathname, searchParams } = new URL(url, "http://hub/");
  const repo = "(?<repo>[^/]+/[^/]+)";
  const patterns: readonly (readonly [Asked["kind"], RegExp])[] = [
    ["revision", new RegExp(`^/api/models/${repo}/revision/(?<revision>[^/]+)$`)],
    ["cached", new RegExp(`^/api/resolve-cache/models/${repo}/(?<revision>[^/]+)/(?<file>.+)$`)],
    ["resolve", new RegExp(`^/${repo}/resolve/(?<revision>[^/]+)/(?<file>.+)$`)],
  ];
  for (const [kind, pattern] of patterns) {
    const found = pattern.exec(pathname)?.groups;
    if (!found) continue;
    const part = (name: string) => decodeURIComponent(found[name] ?? "");
    const hasSizes = searchParams.get("blobs") === "true";
    const isListing = hasSizes || searchParams.getAll("expand").includes("siblings");
    return { kind, repo: part("repo"), revision: part("revision"), file: part("file"), isListing, hasSizes };
  }
  return undefined;
}

/** The words of a search; undefined for any other question. */
function searchedFor(url: string): string | undefined {
  const { pathname, searchParams } = new URL(url, "http://hub/");
  return pathname === "/api/models" ? (searchParams.get("search") ?? "") : undefined;
}

/** What a search finds, each as the Hub describes it. */
const listed = (repositories: Readonly<Record<string, HubRepository>>, words: string) =>
  Object.entries(repositories)
    .filter(([name]) => name.toLowerCase().includes(words.toLowerCase()))
    .map(([name, { files, listing, tokens }]) => ({
      _id: name,
      id: name,
      gated: tokens ? "manual" : false,
      ...(files.has("config.json") && { config: configOf(files) }),
      ...listing,
    }));

/** As the Hub's list has it: what kind of model it is. */
function configOf(files: CheckpointFiles): Record<string, unknown> {
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Record<string, unknown>;
  return Object.fromEntries(
    ["architectures", "model_type", "quantization_config"].flatMap((field) =>
      field in config ? [[field, config[field]]] : [],
    ),
  );
}

function targetOf(asked: Asked | undefined): string {
  if (!asked) return "";
  return asked.kind === "revision" ? `${asked.repo}@${asked.revision}` : `${asked.repo}/${asked.file}`;
}

/** The commit follows the files, as with git: other bytes, another commit. */
function commitAt(name: string, repo: HubRepository, revision: string): string | undefined {
  const hash = createHash("sha1").update(name);
  for (const [file, bytes] of repo.files) hash.update(file).update(etagOf(bytes));
  const main = hash.digest("hex");
  const refs: Readonly<Record<string, string>> = { main, ...repo.refs };
  if (Object.hasOwn(refs, revision)) return refs[revision];
  return Object.values(refs).includes(revision) ? revision : undefined;
}

const logEntry = (server: HubRequest["server"], request: IncomingMessage, target: string): HubRequest => ({
  server,
  method: request.method ?? "",
  path: request.url ?? "",
  target,
  headers: request.headers,
});

function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader("Access-Control-Allow-Origin", headers.origin ?? "*");
  response.setHeader("Vary", "Origin");
  response.setHeader("Access-Control-Expose-Headers", EXPOSED);
}

function answerPreflight(response: ServerResponse): void {
  response.setHeader("Access-Control-Allow-Methods", "GET,HEAD,OPTIONS");
  response.setHeader("Access-Control-Allow-Headers", "Authorization,Range");
  response.setHeader("Access-Control-Max-Age", "86400");
  response.writeHead(204).end();
}

function redirect(response: ServerResponse, status: number, location: string): void {
  response.writeHead(status, { Location: location }).end(`Redirecting to ${location}`);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json; charset=utf-8" }).end(JSON.stringify(value));
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}

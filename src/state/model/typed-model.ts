import { createStore } from "zustand/vanilla";
import { HUB } from "#model/checkpoint.ts";
import { ggufOnHub, isAddress, isGgufPath, isHubRepo, isRevision } from "#model/source-names.ts";
import { hubChoice } from "./model.ts";
import type { ModelChoice } from "./model.ts";

/** The model's name that was typed last, kept so that a model that could not be loaded need not be typed again. */
export const typedModel = createStore<{ readonly text: string }>(() => ({ text: "" }));

/** Hosts of the Hub's pages. */
const HUB_HOSTS: ReadonlySet<string> = new Set([new URL(HUB).host, `www.${new URL(HUB).host}`, "hf.co"]);
const HUB_PAGE = new RegExp(
  String.raw`^(?:https?://)?(?:${[...HUB_HOSTS].join("|").replaceAll(".", String.raw`\.`)})/`,
  "i",
);

/** Pages of the Hub that stand where a model's owner would. */
const OTHER_PAGES: ReadonlySet<string> = new Set([
  "api",
  "collections",
  "datasets",
  "docs",
  "models",
  "papers",
  "spaces",
]);
/** What comes before the revision in the address of a repository's page or file. */
const BEFORE_REVISION: ReadonlySet<string> = new Set(["tree", "blob", "resolve", "raw", "commit", "commits"]);

/**
 * The checkpoint that a person means by `owner/name`, `owner/name/file.gguf`, either with `@revision`, the address of a model's page
 * or of a GGUF file's on the Hub, or the address of a folder or of a GGUF file.
 *
 * @returns undefined for what is none of them
 */
export function choiceTyped(text: string): ModelChoice | undefined {
  const typed = text.trim();
  if (HUB_PAGE.test(typed)) return choiceOfPage(/^https?:/i.test(typed) ? typed : `https://${typed}`);
  if (isAddress(typed)) return { id: typed, source: { kind: "url", base: typed } };
  const [, repo = "", revision] = /^([^@]*)(?:@(.*))?$/.exec(typed) ?? [];
  return repository(repo, revision);
}

/** A path of names from the page, or of so many that it is no repository: those have two. */
const OWN_FOLDER = /^(?:(?:\.?\/)(?:[\w.~-]+\/)+|(?:[\w.~-]+\/){3,})$/;

/**
 * The address of a folder that is written as a path from the page and ends in a slash, as `./models/abacus/`.
 *
 * @returns undefined for anything else, a repository of the Hub among it
 */
export const folderOfPage = (typed: string, page: string): string | undefined =>
  OWN_FOLDER.test(typed) ? new URL(typed, page).href : undefined;

function choiceOfPage(address: string): ModelChoice | undefined {
  if (!isAddress(address)) return undefined;
  const [owner = "", name = "", kind, ...rest] = new URL(address).pathname.split("/").filter(Boolean).map(unescaped);
  if (OTHER_PAGES.has(owner)) return undefined;
  if (kind === undefined || !BEFORE_REVISION.has(kind)) return repository(`${owner}/${name}`, undefined);
  // a pull request's revision has slashes: refs/pr/1
  const parts = rest[0] === "refs" ? 3 : 1;
  const path = rest.slice(parts).join("/");
  return repository(
    isGgufPath(path) ? `${owner}/${name}/${path}` : `${owner}/${name}`,
    rest.length === 0 ? undefined : rest.slice(0, parts).join("/"),
  );
}

function repository(repo: string, revision: string | undefined): ModelChoice | undefined {
  const named = ggufOnHub(repo) ?? (isHubRepo(repo) ? { repo } : undefined);
  if (!named || (revision !== undefined && !isRevision(revision))) return undefined;
  return hubChoice({ kind: "hub", ...named, ...(revision !== undefined && { revision }) });
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // half an escape is no name, and is refused as one
  }
}

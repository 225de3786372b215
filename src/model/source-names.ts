/** What a repository, a revision, an address and an access token may be, wherever one is typed, linked or passed by a script. */

/** The Hub's own cap on a repository's id. */
const MAX_REPO_CHARACTERS = 96;

/** `name` or `owner/name` as the Hub allows it: nothing that could leave its folder in an address. */
const REPO = /^[A-Za-z0-9_][\w.-]*(?:\/[A-Za-z0-9_][\w.-]*)?$/;
const REVISION = /^[A-Za-z0-9_][\w./-]*$/;
/** Longer than any token, shorter than what a server takes in a header. */
const MAX_TOKEN_CHARACTERS = 1_000;

export const isRepo = (text: string) => text.length <= MAX_REPO_CHARACTERS && REPO.test(text) && !text.includes("..");
/** Links also name what has no owner: the models that come with the page. */
export const isHubRepo = (text: string) => isRepo(text) && text.includes("/");
/** The longest path that the Hub's own file system takes. */
const MAX_PATH_CHARACTERS = 255;
/** `owner/name/file.gguf` or `owner/name/folder/file.gguf`. */
const HUB_FILE = /^([^/]+\/[^/]+)\/((?:[\w.+ -]+\/)*[\w.+ -]+\.gguf)$/i;
/** What a projector of pictures is called, which lies beside the model it belongs to. */
export const PROJECTOR = /(?:^|\/)mmproj[^/]*$/i;
export const isGgufName = (name: string) => /\.gguf$/i.test(name);
/** Whether a name is that of a blob: so Ollama keeps its files, models in GGUF among them, by their sums. */
export const isBlobName = (name: string) => /^sha256[-:][0-9a-f]+$/i.test(name);
/** A file in a repository: no way out of it. */
export const isGgufPath = (path: string) =>
  path.length <= MAX_PATH_CHARACTERS &&
  isGgufName(path) &&
  /^(?:[\w.+ -]+\/)*[\w.+ -]+$/.test(path) &&
  !path.includes("..");

/** `owner/name/file.gguf` taken apart; undefined for what is not that. */
export function ggufOnHub(text: string): { readonly repo: string; readonly file: string } | undefined {
  const [, repo = "", file = ""] = HUB_FILE.exec(text) ?? [];
  return isHubRepo(repo) && isGgufPath(file) ? { repo, file } : undefined;
}

/** The address of a GGUF file as its folder's, and the file's name; undefined for the address of anything else. */
export function ggufAddress(address: string): { readonly folder: string; readonly file: string } | undefined {
  if (!URL.canParse(address)) return undefined;
  const { origin, pathname } = new URL(address);
  if (!isGgufName(pathname)) return undefined;
  const slash = pathname.lastIndexOf("/") + 1;
  return { folder: origin + pathname.slice(0, slash), file: decoded(pathname.slice(slash)) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const isRevision = (text: string) => REVISION.test(text) && !text.includes("..");

/** An absolute http(s) address without credentials, which a browser would refuse to fetch. */
export function isAddress(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

/** Whether a text is a SHA-256 as it is written everywhere: hexadecimal, in small letters. */
export const isSha256 = (text: string) => /^[0-9a-f]{64}$/.test(text);

/** Whether a text can be an access token: a header holds ASCII without spaces. */
export const isToken = (text: string) => text.length <= MAX_TOKEN_CHARACTERS && /^[\x21-\x7e]+$/.test(text);

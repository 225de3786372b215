import { setTimeout as wait } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { Fault } from "#core/fault.ts";
import type { PartStore } from "./part-store.ts";

/** The access to a bucket, as the tools of S3 are told it. */
export interface S3Access {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly region: string;
  /** Of another store with the same interface; left out: Amazon's. */
  readonly endpoint?: string | undefined;
}

/** Times that a request is sent again while the store is busy, or another writes the same name, each after longer. */
const RETRIES = 6;
/** Before a name is asked for again that another was writing, at most; twice as long each time, as the client waits for a busy store. */
const CONFLICT_MS = 50;

/**
 * A bucket, or what begins with a prefix in one. Whether a name is taken is the store's to say (`If-None-Match: *`), so that two who come
 * at once do not both have it.
 *
 * Every call @throws Fault "storage-failed" for what the store refuses, "unreachable" where it does not answer
 */
export function s3Parts(address: string, access: S3Access): PartStore {
  const { bucket, prefix } = readAddress(address);
  const { endpoint, sessionToken, ...keys } = access;
  const client = new AwsClient({ ...keys, ...(sessionToken && { sessionToken }), service: "s3", retries: RETRIES });
  const root = endpoint
    ? `${endpoint.replace(/\/+$/, "")}/${bucket}`
    : `https://${bucket}.s3.${keys.region}.amazonaws.com`;
  const at = (key: string) => `${root}/${prefix}${key}`;

  /** @returns the answer where its status is one of those */
  const ask = async (url: string, statuses: readonly number[], init: RequestInit = {}): Promise<Response> => {
    const response = await client.fetch(url, init).catch((cause: unknown) => {
      throw new Fault("unreachable", `${address}: the store does not answer`, { cause });
    });
    if (statuses.includes(response.status)) return response;
    const said = /<Code>([^<]*)<\/Code>/.exec(await response.text())?.[1] ?? response.statusText;
    const isAway = response.status >= 500 || response.status === 429;
    throw new Fault(
      isAway ? "unreachable" : "storage-failed",
      `${address}: the store answers ${response.status} ${said}`.trimEnd(),
    );
  };
  const put = (key: string, text: string, statuses: readonly number[], headers: Record<string, string> = {}) =>
    ask(at(key), statuses, {
      method: "PUT",
      body: text,
      headers: { "Content-Type": "application/json", ...headers },
    });
  const get = async (key: string) => {
    const response = await ask(at(key), [200, 404]);
    return response.status === 404 ? undefined : response.text();
  };
  return {
    name: address,
    get,
    async putIfAbsent(key, text) {
      for (let tries = 0; ; tries++) {
        // the last time a conflict is the store's refusal
        const taken = tries < RETRIES ? [200, 409, 412] : [200, 412];
        const { status } = await put(key, text, taken, { "If-None-Match": "*" });
        if (status !== 409) return status === 200;
        // another is writing that name at this moment: whether it is taken is known when that has ended
        await wait(CONFLICT_MS * 2 ** tries * Math.random());
      }
    },
    async list(folder) {
      const names: string[] = [];
      const from = `${prefix}${folder}/`;
      for (let token: string | undefined = ""; token !== undefined;) {
        const query = new URLSearchParams({
          "list-type": "2",
          prefix: from,
          ...(token && { "continuation-token": token }),
        });
        const page: string = await (await ask(`${root}/?${query.toString()}`, [200])).text();
        names.push(...[...page.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => unescaped(key!).slice(from.length)));
        const [, next] = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(page) ?? [];
        token = next === undefined ? undefined : unescaped(next);
      }
      return names.filter((name) => name.endsWith(".json") && !name.includes("/")).sort();
    },
    async setAside(key) {
      const text = await get(key);
      if (text === undefined) return;
      await put(`${key}.${Date.now()}.broken`, text, [200]);
      await ask(at(key), [200, 204, 404], { method: "DELETE" });
    },
  };
}

/** `s3://bucket/prefix`. */
function readAddress(address: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, path = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/.exec(address) ?? [];
  if (bucket === undefined || path.includes("..")) {
    throw new Fault("bad-request", `“${address}” is no bucket; s3://bucket/folder is needed`);
  }
  const folder = path.replace(/\/+$/, "");
  return { bucket, prefix: folder === "" ? "" : `${folder}/` };
}

const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }),
);
const unescaped = (text: string) => text.replace(/&(\w+);/g, (whole, name: string) => ENTITIES.get(name) ?? whole);

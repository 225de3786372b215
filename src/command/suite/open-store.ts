import { Fault } from "#core/fault.ts";
import type { Environment } from "../session.ts";
import { folderParts } from "../shards/part-store.ts";
import type { PartStore } from "../shards/part-store.ts";

/** Where a plan lies: a folder that every machine sees. @throws Fault "bad-request" */
export function openStore(place: string, _env: Environment): PartStore {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) {
    throw new Fault("bad-request", `“${place}” is no folder; a folder is needed that every machine sees`);
  }
  return folderParts(place);
}

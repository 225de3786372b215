import { existsSync } from "node:fs";
import { Fault } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { ggufOnHub, isAddress, isHubRepo } from "#model/source-names.ts";
import type { FolderSource } from "#workers/node/disk-folder.ts";
import { SHIPPED_MODELS, shippedModel } from "../package-files.ts";

/** What a command names a model or an adapter by: a folder is opened in the engine's thread, files do not travel there. */
export type NamedSource = Exclude<CheckpointSource, { readonly kind: "files" }> | FolderSource;

/** What a Hub needs beside a repository's name. */
export interface HubAccess {
  readonly token?: string | undefined;
  readonly hub?: string | undefined;
}

/**
 * A model or an adapter as an option names it: a folder, a GGUF file, an address, `owner/name@revision` or `owner/name/file.gguf` on a Hub, or a model that comes with the package.
 *
 * @throws Fault "bad-request"
 */
export function readModel(option: string, text: string, { token, hub }: HubAccess): NamedSource {
  if (SHIPPED_MODELS.includes(text)) return { kind: "folder", path: shippedModel(text) };
  if (isAddress(text)) return { kind: "url", base: text };
  if (existsSync(text)) return { kind: "folder", path: text };
  const [name = "", revision] = text.split("@");
  const gguf = ggufOnHub(name);
  if (gguf || isHubRepo(name)) {
    return {
      kind: "hub",
      ...(gguf ?? { repo: name }),
      ...(revision && { revision }),
      ...(token && { token }),
      ...(hub && { hub: hub.replace(/\/+$/, "") }),
    };
  }
  throw new Fault(
    "bad-request",
    `${option} is “${text}”; a folder, a GGUF file, an address, owner/name on the Hub, or ${SHIPPED_MODELS.join(" or ")} is needed`,
  );
}

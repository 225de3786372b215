import { isRecord } from "#core/record.ts";
import { Fault } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { ggufAddress } from "#model/source-names.ts";
import { readArgument } from "#protocol/call.ts";
import { WRITTEN_SOURCE } from "#protocol/calls/model-calls.ts";

/** Where a script has a model from: as the engine takes it, the model that comes with the page, or an address beside the page. */
export type ScriptSource =
  | { readonly kind: "bundled" }
  | {
      readonly kind: "hub";
      readonly repo: string;
      readonly file?: string;
      readonly revision?: string;
      readonly token?: string;
      readonly hub?: string;
    }
  | { readonly kind: "url"; readonly base: string }
  | { readonly kind: "files"; readonly files: readonly File[] };

/**
 * A script's source as the engine takes it.
 *
 * @param bundled the model that comes with the page; left out where it cannot be meant
 * @throws Fault "bad-request"
 */
export const readSource = (
  call: string,
  source: unknown,
  { pageAddress, bundled }: { readonly pageAddress: string; readonly bundled?: CheckpointSource },
): CheckpointSource => {
  if (!isRecord(source)) return readArgument(call, "source", WRITTEN_SOURCE, source);
  if (source["kind"] !== "bundled") return readArgument(call, "source", WRITTEN_SOURCE, resolved(source, pageAddress));
  if (bundled) return bundled;
  throw new Fault(
    "bad-request",
    `${call}: source is the bundled model, which is no adapter; it needs to be as { kind: "hub", repo: "owner/name" }`,
  );
};

/** Made absolute here, because the worker would take an address from where its own script lies. */
function resolved(source: Record<string, unknown>, pageAddress: string): unknown {
  const { kind, base, files, hub } = source;
  if (kind === "url" && typeof base === "string" && base !== "" && URL.canParse(base, pageAddress)) {
    const { href } = new URL(base, pageAddress);
    return { ...source, base: href.endsWith("/") || ggufAddress(href) ? href : `${href}/` };
  }
  if (kind === "hub" && typeof hub === "string") return { ...source, hub: hub.replace(/\/+$/, "") };
  // an array, or the FileList of an `<input type="file">`
  return kind === "files" && isIterable(files) ? { ...source, files: [...files] } : source;
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.iterator in value;

import * as v from "valibot";
import { createStore } from "zustand/vanilla";
import { Fault } from "#core/fault.ts";
import { architectureRefusal } from "#model/families.ts";
import { isHubRepo, isRevision } from "#model/source-names.ts";

const text = v.pipe(v.string(), v.nonEmpty());
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** Everything that memory and time are estimated from: `ModelShape`. */
const shape = v.strictObject({
  layers: size,
  heads: size,
  kvHeads: size,
  headDim: size,
  modelDim: size,
  neurons: size,
  vocabulary: size,
  context: size,
  tied: v.boolean(),
  ffnMatrices: v.picklist([2, 3]),
  hasLearnedPositions: v.boolean(),
});

const entry = v.strictObject({
  name: text,
  family: text,
  /** As config.json's `model_type`. */
  modelType: text,
  /** As its authors count them. */
  parameters: size,
  shape,
  /** `owner/name` on the Hub. */
  repo: v.pipe(v.string(), v.check(isHubRepo)),
  /** A branch, a tag or a commit; left out: the newest. */
  revision: v.exactOptional(v.pipe(v.string(), v.check(isRevision))),
  /** Of a GGUF repository the one that is meant, and its length. */
  file: v.exactOptional(v.pipe(v.string(), v.endsWith(".gguf"))),
  fileBytes: v.exactOptional(size),
  /** How the weights are stored; left out where it is not known. */
  stored: v.exactOptional(v.picklist(["F32", "F16", "BF16", "Q4_K_M"])),
  /** As the Hub abbreviates it. */
  licence: text,
  /** Access is asked for on the Hub, and needs a token here. */
  isGated: v.boolean(),
  goodFor: v.array(text),
  /** Why the page cannot open the repository as it is, and what to do. */
  obstacle: v.exactOptional(text),
});

export const catalogueSchema = v.strictObject({ models: v.array(entry) });

/** A real language model to open. */
export type CatalogueEntry = v.InferOutput<typeof entry>;

/** Why the page cannot open one; undefined where it can. */
export const obstacleTo = ({ obstacle, modelType, family }: CatalogueEntry): string | undefined =>
  obstacle ??
  (architectureRefusal({ model_type: modelType }) === undefined
    ? undefined
    : `This page does not read models of the family ${family}.`);

interface CatalogueState {
  /** Undefined until they have been read. */
  readonly models: readonly CatalogueEntry[] | undefined;
  /** Why they could not be; said where the list would stand, since that covers the page's notices. */
  readonly fault: Fault | undefined;
}

export const catalogue = createStore<CatalogueState>(() => ({ models: undefined, fault: undefined }));

/** Reads the list that comes with the page, once. Never rejects: without it a model can still be named. */
export async function readCatalogue(): Promise<void> {
  if (catalogue.getState().models) return;
  catalogue.setState({ fault: undefined });
  try {
    catalogue.setState({ models: v.parse(catalogueSchema, await fetched()).models });
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    const message = `the list of known models could not be read (${why}); a model can be searched for, or named in the menu`;
    catalogue.setState({ fault: new Fault("unreachable", message, { cause: reason }) });
  }
}

async function fetched(): Promise<unknown> {
  const response = await fetch(new URL("catalogue.json", document.baseURI));
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.json();
}

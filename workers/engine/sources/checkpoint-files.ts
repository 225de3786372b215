import type { FileSet } from "#formats/byte-source.ts";
import type { CheckpointSource, SourceIdentity } from "#model/checkpoint.ts";

/** The files of a checkpoint, and which one it is. */
export interface CheckpointFiles extends FileSet {
  readonly identity: SourceIdentity;
  /** The GGUF file that is the model, or a part of it; left out: config.json and safetensors are. */
  readonly gguf?: string;
  /** What a person should know of how the files came, in sentences; it grows while they are read. */
  readonly notes?: readonly string[];
}

/** A source that has files to read; what is stored is opened by the store. */
export type FileSource = Exclude<CheckpointSource, { readonly kind: "stored" }>;

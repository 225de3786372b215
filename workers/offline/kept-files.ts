/** A file of the built page, as the build lists it. */
export interface BuiltFile {
  /** Relative to the page. */
  readonly url: string;
  /** Of its content; null where the name itself changes with it. */
  readonly revision: string | null;
  /** Of its content, hexadecimal: nothing else is kept under its name. */
  readonly sha256: string;
}

/** Whether a file is large: such a one is kept once it has been used, the rest as soon as the worker is installed. */
const isLarge = (url: string) => url.startsWith("models/") || url.endsWith(".wasm");

export const pageFiles = (files: readonly BuiltFile[]) => files.filter(({ url }) => !isLarge(url));
export const largeFiles = (files: readonly BuiltFile[]) => files.filter(({ url }) => isLarge(url));

/**
 * The large files that a page needs to answer on a model without a network: the model's folder, the tokenizers, and of the
 * runtime's two builds the one that this browser takes (see `load-ort.ts`).
 */
export function filesToKeep(
  files: readonly BuiltFile[],
  { model, hasJspi }: { readonly model: string; readonly hasJspi: boolean },
): readonly BuiltFile[] {
  const otherBuild = hasJspi ? "asyncify" : "jspi";
  return largeFiles(files).filter(({ url }) =>
    url.startsWith("models/")
      ? url.startsWith(`models/${model}/`)
      : !new RegExp(`^assets/ort-[\\w.-]*\\.${otherBuild}-`).test(url),
  );
}

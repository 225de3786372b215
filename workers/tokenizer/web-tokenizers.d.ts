/** The package as `scripts/vite/web-tokenizers.ts` takes it apart: an Emscripten loader, and its WASM. */
declare module "@mlc-ai/web-tokenizers?wasm" {
  interface EmbindObject {
    delete(): void;
  }

  export interface RustHandle extends EmbindObject {
    /** Without what a post-processor adds. */
    Encode(text: string): EmbindObject;
    /** Special tokens are written like any other. */
    Decode(ids: EmbindObject): string;
  }

  export interface RustModule {
    readonly Tokenizer: { FromBlobJSON(json: Uint8Array): RustHandle };
    vecIntToView(ids: EmbindObject): Int32Array;
    vecIntFromJSArray(ids: readonly number[]): EmbindObject;
  }

  export function compileTokenizers(): Promise<WebAssembly.Module>;
  export function createTokenizers(options: {
    readonly instantiateWasm: (
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance) => void,
    ) => Record<string, never>;
    readonly print: (line: string) => void;
    readonly printErr: (line: string) => void;
  }): Promise<RustModule>;
}

import { compileTokenizers, createTokenizers } from "@mlc-ai/web-tokenizers?wasm";
import type { RustHandle, RustModule } from "@mlc-ai/web-tokenizers?wasm";

/** What the library's last words are, where it fell. */
export class RustPanic extends Error {}

/**
 * The Rust library tokenizers 0.21.1 with Oniguruma, as WASM. Whatever it cannot do it falls over, and what it had in memory is
 * then no more to be trusted: the instance is over.
 *
 * @throws RustPanic from every method
 */
export class RustTokenizers {
  readonly #module: RustModule;
  readonly #said: string[];

  private constructor(module: RustModule, said: string[]) {
    this.#module = module;
    this.#said = said;
  }

  static async start(): Promise<RustTokenizers> {
    compiled ??= compileTokenizers();
    const wasm = await compiled;
    const said: string[] = [];
    // the loader waits for the instance, and is told of none that cannot be made
    const { promise: failed, reject } = Promise.withResolvers<never>();
    const loading = createTokenizers({
      instantiateWasm: (imports, receive) => {
        WebAssembly.instantiate(wasm, imports).then(receive, reject);
        return {};
      },
      print: (line) => said.push(line),
      printErr: (line) => said.push(line),
    });
    return new RustTokenizers(await Promise.race([loading, failed]), said);
  }

  /** @param json a whole tokenizer.json in UTF-8 */
  open(json: Uint8Array): RustHandle {
    return this.#guarded(() => this.#module.Tokenizer.FromBlobJSON(json));
  }

  /** Half a character, which no UTF-8 holds, becomes U+FFFD. */
  encode(handle: RustHandle, text: string): number[] {
    return this.#guarded(() => {
      const ids = handle.Encode(text.toWellFormed());
      try {
        return Array.from(this.#module.vecIntToView(ids), (id) => id >>> 0);
      } finally {
        ids.delete();
      }
    });
  }

  decode(handle: RustHandle, ids: readonly number[]): string {
    return this.#guarded(() => {
      const vector = this.#module.vecIntFromJSArray(ids);
      try {
        return handle.Decode(vector);
      } finally {
        vector.delete();
      }
    });
  }

  #guarded<T>(call: () => T): T {
    this.#said.length = 0;
    try {
      return call();
    } catch (cause) {
      throw new RustPanic(lastWords(this.#said) ?? (cause instanceof Error ? cause.message : String(cause)), { cause });
    }
  }
}

/** Compiled once, instantiated after every fall. */
let compiled: Promise<WebAssembly.Module> | undefined;

/** The sentence in "called `Result::unwrap()` on an `Err` value: Error("the sentence", line: 1, column: 2)". */
function lastWords(said: readonly string[]): string | undefined {
  const at = said.findIndex((line) => line.startsWith("thread "));
  const words = said[at + 1]?.replace(/^called `Result::unwrap\(\)` on an `Err` value: /, "");
  const inner = words === undefined ? null : /^Error\((".*"), line: \d+, column: \d+\)$/.exec(words);
  return inner ? inner[1]!.slice(1, -1).replaceAll('\\"', '"') : words;
}

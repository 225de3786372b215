import type { RustHandle } from "@mlc-ai/web-tokenizers?wasm";
import { RustTokenizers } from "./rust-tokenizers.ts";

/** A question to the library. A tokenizer is known by its key, and forgotten ones are opened again. */
export type TokenizerRequest =
  | { readonly kind: "open"; readonly key: number; readonly json: Uint8Array }
  | { readonly kind: "encode"; readonly key: number; readonly texts: readonly string[] }
  | { readonly kind: "decode"; readonly key: number; readonly ids: readonly number[] };

export type TokenizerReply =
  | { readonly kind: "opened" }
  | { readonly kind: "ids"; readonly ids: readonly number[][] }
  | { readonly kind: "text"; readonly text: string }
  /** That key is not open; the caller has its file. */
  | { readonly kind: "closed" }
  /** The library fell, in these words. */
  | { readonly kind: "fallen"; readonly words: string };

/** The model that is loaded, and one that is looked at. */
const KEPT = 2;

/** The library with the tokenizers that are open in it; what falls is replaced before the next question. */
export class TokenizerService {
  #rust: RustTokenizers | undefined;
  readonly #open = new Map<number, RustHandle>();

  /** The library is loaded and compiled. */
  async start(): Promise<RustTokenizers> {
    return (this.#rust ??= await RustTokenizers.start());
  }

  async answer(request: TokenizerRequest): Promise<TokenizerReply> {
    try {
      return this.#answer(await this.start(), request);
    } catch (reason) {
      this.#rust = undefined;
      this.#open.clear();
      return { kind: "fallen", words: reason instanceof Error ? reason.message : String(reason) };
    }
  }

  #answer(rust: RustTokenizers, request: TokenizerRequest): TokenizerReply {
    if (request.kind === "open") {
      this.#keep(request.key, rust.open(request.json));
      return { kind: "opened" };
    }
    const handle = this.#open.get(request.key);
    if (!handle) return { kind: "closed" };
    this.#open.delete(request.key);
    this.#open.set(request.key, handle);
    if (request.kind === "decode") return { kind: "text", text: rust.decode(handle, request.ids) };
    return { kind: "ids", ids: request.texts.map((text) => rust.encode(handle, text)) };
  }

  #keep(key: number, handle: RustHandle): void {
    this.#open.set(key, handle);
    for (const [oldest, closing] of this.#open) {
      if (this.#open.size <= KEPT) return;
      this.#open.delete(oldest);
      closing.delete();
    }
  }
}

/** A worker's way to whoever started it. */
interface Port {
  readonly post: (message: unknown) => void;
  readonly listen: (heard: (request: TokenizerRequest) => void) => void;
}

/** A worker's whole work: the first message says that the library is there, or why it is not; every later one answers a request, in order. */
export function serveTokenizers({ post, listen }: Port): void {
  const service = new TokenizerService();
  let last: Promise<unknown> = service.start().then(
    () => post({ kind: "ready" }),
    (reason: unknown) => post({ kind: "missing", words: reason instanceof Error ? reason.message : String(reason) }),
  );
  listen((request) => {
    last = last.then(async () => post(await service.answer(request)));
  });
}

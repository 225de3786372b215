/** A tokenizer.json as far as the library has accepted it. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `<unused12>`, `[unused12]`, `<extra_id_3>`, `<|reserved_special_token_7|>`, `<pad>`: entries of a vocabulary that no text is cut into. */
const KEPT_FREE = /^(?:[<[]\|?(?:unused|extra_id|reserved)\w*\|?[>\]]|[<[]\|?pad\|?[>\]])$/i;

/** The tokens of a vocabulary, those of the model and those that are added to it. */
export class TokenNames {
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #added = new Set<number>();
  readonly #special = new Set<number>();
  #next: number;

  constructor({ model, added_tokens: added }: Json) {
    const { vocab } = isObject(model) ? model : {};
    const entries: Iterable<readonly [name: unknown, id: unknown]> = Array.isArray(vocab)
      ? vocab.map((entry: unknown, id) => [Array.isArray(entry) ? entry[0] : undefined, id] as const)
      : isObject(vocab)
        ? Object.entries(vocab)
        : [];
    for (const [name, id] of entries) {
      if (typeof name === "string" && typeof id === "number") this.#name(name, id);
    }
    this.#next = Array.isArray(vocab) ? vocab.length : this.#ids.size;
    if (Array.isArray(added)) for (const token of added as readonly unknown[]) this.add(token);
  }

  /** As the library does: a token that the model has keeps its id there, every other one gets the next, whatever its file says. */
  add(token: unknown): void {
    if (!isObject(token) || typeof token["content"] !== "string" || token["content"] === "") return;
    const { content, special } = token;
    const id = this.#ids.get(content) ?? this.#next;
    this.#next = Math.max(this.#next, id + 1);
    this.#name(content, id);
    this.#added.add(id);
    if (special === true) this.#special.add(id);
  }

  /** Whether it is a piece of text: no token that was added, no place kept free, and not beyond what the tokenizer writes. */
  isPlain(id: number): boolean {
    const name = this.#names.get(id);
    return name !== undefined && !this.#added.has(id) && !this.#special.has(id) && !KEPT_FREE.test(name);
  }

  /** How many there are, by their names. */
  get size(): number {
    return this.#ids.size;
  }

  idOf(name: string): number | undefined {
    return this.#ids.get(name);
  }

  nameOf(id: number): string | undefined {
    return this.#names.get(id);
  }

  /** Written as it stands, whatever the vocabulary's own spelling. */
  isAdded(id: number): boolean {
    return this.#added.has(id);
  }

  /** No text. */
  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  #name(name: string, id: number): void {
    this.#ids.set(name, id);
    if (!this.#names.has(id)) this.#names.set(id, name);
  }
}

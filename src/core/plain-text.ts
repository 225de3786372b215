/** A value of numbers, texts and lists from its JSON, which has no NaN and writes null for it; nothing that is kept so has a null of its own. */
export const plainFromText = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) => (value === null ? Number.NaN : value)) as unknown;

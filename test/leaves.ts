/** Every number, truth value and text in a value, with the way to it. */
export function leaves(value: unknown, path = ""): { readonly path: string; readonly leaf: number | string }[] {
  if (typeof value === "number" || typeof value === "string") return [{ path, leaf: value }];
  if (typeof value === "boolean") return [{ path, leaf: Number(value) }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, `${path}.${key}`));
}

/** The numbers of two values side by side; @throws Error where the two are not built alike, or have another text somewhere */
export function numbersOf(got: unknown, want: unknown): { readonly got: number[]; readonly want: number[] } {
  const [ours, theirs] = [leaves(got), leaves(want)];
  const shape = (list: typeof ours) =>
    list.map(({ path, leaf }) => (typeof leaf === "string" ? `${path}=${leaf}` : path));
  if (shape(ours).join() !== shape(theirs).join()) {
    throw new Error(`built otherwise: ${shape(ours).slice(0, 20).join()} against ${shape(theirs).slice(0, 20).join()}`);
  }
  const numbers = (list: typeof ours) => list.flatMap(({ leaf }) => (typeof leaf === "number" ? [leaf] : []));
  return { got: numbers(ours), want: numbers(theirs) };
}

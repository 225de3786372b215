import { drawFrom } from "./random/shape.ts";

/** The same items in an order that the seed decides. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const { data: places } = drawFrom(seed).table("places", [items.length], 1);
  return items
    .map((item, index) => ({ item, place: places[index]! }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

import type { GalleryCard } from "#state/guide/gallery.ts";
import { Gallery } from "./Gallery.tsx";

const CARDS = "findings/gallery.json";

/** The page of findings with its cards; without them it cannot be drawn, which its place says. */
export async function galleryWithCards() {
  const response = await fetch(new URL(CARDS, document.baseURI));
  if (!response.ok) throw new Error(`the findings could not be read: HTTP ${response.status}`);
  const cards = (await response.json()) as readonly GalleryCard[];
  return () => <Gallery cards={cards} />;
}

import { Opening } from "./Opening.tsx";
import type { OpeningText } from "./opening-words.ts";

const TEXTS = "findings/openings.json";

/** The band with what is written about the models that come with the page; without it the band speaks of any model. */
export async function openingWithTexts() {
  const response = await fetch(new URL(TEXTS, document.baseURI)).catch(() => undefined);
  const texts = response?.ok ? ((await response.json()) as Readonly<Record<string, OpeningText>>) : {};
  return () => <Opening texts={texts} />;
}

import { useStore } from "zustand";
import { guide } from "#state/guide/guide.ts";
import { linkAt } from "#state/guide/gallery.ts";
import type { GalleryCard } from "#state/guide/gallery.ts";
import { Picture } from "./Picture.tsx";
import "./gallery.css";

/** Findings to begin with, a page of their own: each a link that carries its numbers, for this machine to check. */
export function Gallery({ cards }: { readonly cards: readonly GalleryCard[] }) {
  const from = useStore(guide, (state) => state.galleryFrom);
  return (
    <main className="gallery" aria-label="Findings">
      <header>
        <h2>Findings</h2>
        <p>
          Each is a link that carries its numbers. Open one, and your own machine computes them again and says whether
          they hold. What is known to hold only by one measure, or not at all, says so.
        </p>
        <a href={from === "" ? "#" : from}>Back to the instrument</a>
      </header>
      <ul>
        {cards.map((card) => (
          <li key={card.id} className="gallery-card">
            <Picture of={card.drawn} />
            <h3>
              <a href={`#${linkAt(card, new URL(".", document.baseURI).href)}`}>{card.claim}</a>
            </h3>
            <p className="gallery-note">{card.note}</p>
            <p className="gallery-facts">
              {card.model}
              {card.status && <strong className="gallery-status">{card.status}</strong>}
              <a className="gallery-page" href={`./docs/findings/${card.id}.html`}>
                Page to paste
              </a>
            </p>
          </li>
        ))}
      </ul>
    </main>
  );
}

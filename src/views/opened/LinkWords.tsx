import type { FindingWords } from "#state/link/words/finding-words.ts";
import { legibleWords } from "./legible-words.ts";
import "./opened.css";

/** What a link is called and says, as whoever made it typed it: theirs, not the page's, and text alone. */
export function LinkWords({ finding: { title, note } }: { readonly finding: FindingWords }) {
  if (title === undefined && note === undefined) return null;
  return (
    <blockquote className="link-words">
      <p className="small faint">Whoever made the link says:</p>
      {title !== undefined && (
        <p className="link-title">
          <bdi>{legibleWords(title)}</bdi>
        </p>
      )}
      {note !== undefined && (
        <p className="link-note">
          <bdi>{legibleWords(note, "\n")}</bdi>
        </p>
      )}
    </blockquote>
  );
}

import { Dialog } from "../../shared/Dialog.tsx";
import { MarksFigure } from "../../shared/figure/MarksFigure.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { titleFor } from "../drawn.ts";
import type { Drawn } from "../drawn.ts";
import "./enlarged.css";

interface EnlargedProps {
  /** As it stood when it was asked for: it is looked at, and does not change under the eye. */
  readonly drawn: Drawn;
  readonly onClose: () => void;
}

/** A figure as large as the window lets it be, with what it is about above and what it says below; Escape returns. */
export function Enlarged({ drawn, onClose }: EnlargedProps) {
  const { says, figure, isDark = false } = drawn;
  const isPlain = usePlain();
  const title = titleFor(drawn, isPlain);
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      {figure && (
        <div className={`enlarged ${isDark ? "is-dark" : ""}`} role="img" aria-label={title}>
          {/* a picture: what can be pointed at and stepped through stands on the page */}
          <div inert>
            <MarksFigure figure={figure({ isDark, isPlain })} label={title} />
          </div>
        </div>
      )}
      {says(isPlain).map((sentence) => (
        <p key={sentence} className="says">
          {sentence}
        </p>
      ))}
    </Dialog>
  );
}

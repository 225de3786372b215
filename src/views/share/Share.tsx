import { useStore } from "zustand";
import { setShareOpen } from "#state/link/words/share-sheet.ts";
import { model } from "#state/model/model.ts";

/** The button in the page's head; what it opens lies beside the head (`ShareDialog.tsx`). */
export function Share() {
  const hasModel = useStore(model, ({ choice }) => choice !== undefined);
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      disabled={!hasModel}
      title="A link with your words, the figure, its numbers, or a frame for another page"
      onClick={() => setShareOpen(true)}
    >
      Share…
    </button>
  );
}

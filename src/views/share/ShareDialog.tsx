import { useStore } from "zustand";
import { setShareOpen, shareSheet } from "#state/link/words/share-sheet.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { ShareSheet } from "./ShareSheet.tsx";

/** The ways to share the finding, made only while somebody looks at them. */
export function ShareDialog() {
  const { isOpen } = useStore(shareSheet);
  return (
    <Dialog title="Share this finding" isOpen={isOpen} onClose={() => setShareOpen(false)}>
      {isOpen && <ShareSheet />}
    </Dialog>
  );
}

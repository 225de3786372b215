import { Suspense, useState } from "react";
import type { ReactNode } from "react";
import { useStore } from "zustand";
import { setShareOpen, shareSheet } from "#state/link/words/share-sheet.ts";
import { closeCard, shipped } from "#state/model/shipped.ts";
import { setHelpOpen, view } from "#state/view.ts";
import { ModelsPlace } from "../models/ModelsPlace.tsx";
import { Guard } from "../shared/Guard.tsx";
import { later } from "../shared/later.tsx";
import { FolderDrop } from "./FolderDrop.tsx";
import { Keys } from "./Keys.tsx";

const HelpDialog = later(async () => (await import("./HelpDialog.tsx")).HelpDialog);
const ShareDialog = later(async () => (await import("../share/ShareDialog.tsx")).ShareDialog);
const ModelCard = later(async () => (await import("../card/ModelCard.tsx")).ModelCard);

/** What answers anywhere on the page or lies over it: keys, dropped files and dialogs. The first map of heads does without. */
export function AroundPage() {
  const isHelpOpen = useStore(view, (state) => state.isHelpOpen);
  const isCardOpen = useStore(shipped, ({ card }) => card !== undefined);
  const isShareOpen = useStore(shareSheet, ({ isOpen }) => isOpen);
  return (
    <>
      <OverPage what="the help" dialog={HelpDialog} isOpen={isHelpOpen} onReset={() => setHelpOpen(false)} />
      <OverPage what="the model’s card" dialog={ModelCard} isOpen={isCardOpen} onReset={closeCard} />
      <ModelsPlace />
      <OverPage
        what="the ways to share"
        dialog={ShareDialog}
        isOpen={isShareOpen}
        onReset={() => setShareOpen(false)}
      />
      <Keys />
      <FolderDrop />
    </>
  );
}

interface OverPageProps {
  readonly what: string;
  readonly dialog: typeof HelpDialog;
  readonly isOpen: boolean;
  readonly onReset: () => void;
}

function OverPage({ what, dialog, isOpen, onReset }: OverPageProps) {
  return (
    <Guard what={what} onAgain={dialog.renew} onReset={onReset}>
      <OnceOpen isOpen={isOpen}>
        <dialog.Panel />
      </OnceOpen>
    </Guard>
  );
}

/** A dialog is there from when it is first opened, so that what had the focus before has it again when it closes. */
function OnceOpen({ isOpen, children }: { readonly isOpen: boolean; readonly children: ReactNode }) {
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen && !wasOpen) setWasOpen(true);
  return wasOpen && <Suspense>{children}</Suspense>;
}

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
  return (
    <>
      <Help />
      <Card />
      <ModelsPlace />
      <Sharing />
      <Keys />
      <FolderDrop />
    </>
  );
}

function Help() {
  const isOpen = useStore(view, (state) => state.isHelpOpen);
  return (
    <Guard what="the help" onAgain={HelpDialog.renew} onReset={() => setHelpOpen(false)}>
      <OnceOpen isOpen={isOpen}>
        <HelpDialog.Panel />
      </OnceOpen>
    </Guard>
  );
}

function Card() {
  const isOpen = useStore(shipped, (state) => state.card !== undefined);
  return (
    <Guard what="the model’s card" onAgain={ModelCard.renew} onReset={closeCard}>
      <OnceOpen isOpen={isOpen}>
        <ModelCard.Panel />
      </OnceOpen>
    </Guard>
  );
}

function Sharing() {
  const { isOpen } = useStore(shareSheet);
  return (
    <Guard what="the ways to share" onAgain={ShareDialog.renew} onReset={() => setShareOpen(false)}>
      <OnceOpen isOpen={isOpen}>
        <ShareDialog.Panel />
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

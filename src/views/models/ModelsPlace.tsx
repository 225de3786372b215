import { Suspense } from "react";
import { useStore } from "zustand";
import { closeModels, road } from "#state/road/road.ts";
import { Guard } from "../shared/Guard.tsx";
import { later } from "../shared/later.tsx";

/** Nobody needs it before the first answer. */
const DIALOG = later(async () => (await import("./ModelsDialog.tsx")).ModelsDialog);

/** The list of models to choose from, once a person opens it. */
export function ModelsPlace() {
  const { isOpen } = useStore(road);
  if (!isOpen) return null;
  return (
    <Guard what="the list of models" onAgain={DIALOG.renew} onReset={closeModels}>
      <Suspense fallback={null}>
        <DIALOG.Panel />
      </Suspense>
    </Guard>
  );
}

import { useEffect } from "react";
import { useStore } from "zustand";
import type { Dtype } from "#model/checkpoint.ts";
import { offerModel } from "#state/model/load-offer.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { readCatalogue } from "#state/road/catalogue.ts";
import { leaveSearch, searchHub } from "#state/road/hub-search.ts";
import { closeModels, road } from "#state/road/road.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { Catalogue } from "./Catalogue.tsx";
import { HubSearch } from "./HubSearch.tsx";
import "./models.css";

/** Real language models: some that are known, and whatever the Hub has. What is chosen is inspected, and asked about, as any other. */
export function ModelsDialog() {
  const { isOpen, words } = useStore(road);
  useEffect(() => void readCatalogue(), []);
  useEffect(() => {
    if (words !== "") void searchHub(words);
    return leaveSearch;
  }, [words]);
  const choose = (choice: ModelChoice, dtype?: Dtype) => {
    closeModels();
    void offerModel(choice, dtype === undefined ? {} : { dtype });
  };
  return (
    <Dialog title="Language models to open" isOpen={isOpen} onClose={closeModels}>
      <div className="models">
        <p>
          Each is read from the Hugging Face Hub into this browser and runs here; prompt and view stay. Before anything
          is downloaded you see what it takes. What you type is sent nowhere but, when you press Search, to the Hub’s
          public list.
        </p>
        <HubSearch onChoose={choose} />
        <Catalogue onChoose={choose} />
      </div>
    </Dialog>
  );
}

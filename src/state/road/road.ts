import { createStore } from "zustand/vanilla";

/** Whether the list of models to choose from is open. What is in it comes with the list. */
interface Road {
  readonly isOpen: boolean;
  /** What the Hub is to be asked for once the list is there, as a person has said already; "" for nothing. */
  readonly words: string;
}

export const road = createStore<Road>(() => ({ isOpen: false, words: "" }));

export const openModels = (words = "") => road.setState({ isOpen: true, words });
export const closeModels = () => road.setState({ isOpen: false, words: "" });

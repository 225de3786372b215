import { adapter } from "#state/model/adapter.ts";
import { followHash, guide } from "#state/guide/guide.ts";
import { opened, isFirstLook, openFirstLook } from "#state/link/opened.ts";
import { isArriving, model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { laterModule } from "#views/shared/later.tsx";
import { placeNow } from "./place.ts";

/** Browsers refuse more than some hundred changes of the address a minute, as a dragged slider would make. */
const REST_MS = 300;

export interface Address {
  readonly write: () => void;
  readonly writeNow: () => Promise<void>;
  readonly isOpen: Promise<void>;
}

/**
 * Keeps the address bar and the page in step: opens the link that the page was called with and every one that the
 * person goes to later, by Back and Forward too, and lets the fragment follow what is shown. A change that somebody made is a new entry of
 * the browser's history (`placeNow`); what is typed on, moved or looked at, and what comes of a model's arrival, rewrites the entry at hand.
 *
 * @param fetchRest brings what reads an experiment, which a link is opened after where it names one
 * @returns `write` has the address written again, for what is followed elsewhere, and `writeNow` without a rest; `isOpen` settles when the page
 *   has what it was called with
 */
export function followAddress(
  shipped: readonly ModelChoice[],
  fetchRest: () => Promise<void>,
): Address & { readonly end: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** A new entry is about to be written, which nothing puts off. */
  let isDue = false;
  /** Of the entry at hand. */
  let place = placeNow();
  /** The address names what is still to be opened, and is not the page's to write. */
  let isAhead = false;
  /** The address as it was opened or written last: another one is a link that was followed a moment ago, and will be opened. */
  let known = location.hash;
  const write = async () => {
    try {
      const fragment = isFirstLook() && location.hash === "" ? "" : (await links()).currentFragment();
      if (isAhead || location.hash !== known || guide.getState().isGalleryOpen || fragment === undefined) return;
      // also what was chosen while the module came
      const isNew = placeNow() !== place;
      stay();
      if (`#${fragment}` === location.hash || fragment === location.hash) return;
      if (isNew) history.pushState(null, "", `#${fragment}`);
      else history.replaceState(history.state, "", `#${fragment}`);
      known = location.hash;
      followHash(`#${fragment}`);
    } finally {
      isDue = false;
    }
  };
  const stay = () => {
    place = placeNow();
  };
  const later = () => {
    if (isDue) return;
    clearTimeout(timer);
    const hasArrived = isArriving();
    if (hasArrived) stay();
    // changes of one moment are one entry
    isDue = placeNow() !== place;
    timer = setTimeout(() => void write(), isDue || hasArrived ? 0 : REST_MS);
  };
  const open = async () => {
    clearTimeout(timer);
    isDue = false;
    const { hash } = location;
    known = hash;
    // who comes to the findings first has the first look behind them
    const isGallery = followHash(hash);
    if (isGallery && model.getState().choice) return;
    if (isGallery || hash === "") {
      openFirstLook(shipped);
      stay();
      return;
    }
    isAhead = true;
    const { choice } = model.getState();
    // a link whose experiment cannot be read still opens
    const [{ openLink }] = await Promise.all([links(), namesExperiment(hash) && fetchRest().catch(() => undefined)]);
    // by now another link may be the one to open
    if (location.hash !== hash) return;
    isAhead = false;
    openLink(hash, shipped, model.getState().choice !== choice);
    stay();
  };
  const onHash = () => void open();
  addEventListener("hashchange", onHash);
  const isOpen = open();
  const ends = [question, view, model, adapter, results, opened].map((store) => store.subscribe(later));
  return {
    write: later,
    writeNow: write,
    isOpen,
    end() {
      clearTimeout(timer);
      removeEventListener("hashchange", onHash);
      for (const end of ends) end();
    },
  };
}

/** What reads and writes links: the first look is none. */
const links = laterModule(() => import("#state/link/links.ts"));

const namesExperiment = (hash: string) => /[#&]e[xf]=/.test(hash);

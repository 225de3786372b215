import { adapter } from "#state/model/adapter.ts";
import { followHash, guide } from "#state/guide/guide.ts";
import { opened } from "#state/link/opened.ts";
import { isFirstLook, openFirstLook } from "#state/link/open-finding.ts";
import { model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { laterModule } from "#views/shared/later.tsx";

/** Browsers refuse more than some hundred changes of the address a minute, as a dragged slider would make. */
const REST_MS = 300;

export interface Address {
  readonly write: () => void;
  readonly writeNow: () => Promise<void>;
  readonly isOpen: Promise<void>;
}

/**
 * Keeps the address bar and the page in step: opens the link that the page was called with and every one that the
 * person goes to later, and lets the fragment follow what is shown.
 *
 * @param fetchRest brings what reads an experiment, which a link is opened after where it names one
 * @returns `write` has the address written again, for what is followed elsewhere, and `writeNow` without a rest; `isOpen` settles when the page
 *   has what it was called with
 */
export function followAddress(shipped: readonly ModelChoice[], fetchRest: () => Promise<void>): Address {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The address names what is still to be opened, and is not the page's to write. */
  let isAhead = false;
  const write = async () => {
    const fragment = isFirstLook() && location.hash === "" ? "" : (await links()).currentFragment();
    if (
      isAhead ||
      guide.getState().isGalleryOpen ||
      fragment === undefined ||
      `#${fragment}` === location.hash ||
      fragment === location.hash
    )
      return;
    history.replaceState(history.state, "", `#${fragment}`);
    followHash(`#${fragment}`);
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void write(), REST_MS);
  };
  const open = async () => {
    clearTimeout(timer);
    const { hash } = location;
    // who comes to the findings first has the first look behind them
    const isGallery = followHash(hash);
    if (isGallery && model.getState().choice) return;
    if (isGallery || hash === "") {
      openFirstLook(shipped);
      return;
    }
    isAhead = true;
    // a link whose experiment cannot be read still opens
    const [{ openLink }] = await Promise.all([links(), namesExperiment(hash) && fetchRest().catch(() => undefined)]);
    // by now another link may be the one to open
    if (location.hash !== hash) return;
    isAhead = false;
    openLink(hash, shipped);
  };
  addEventListener("hashchange", () => void open());
  const isOpen = open();
  for (const store of [question, view, model, adapter, results, opened]) store.subscribe(later);
  return { write: later, writeNow: write, isOpen };
}

/** What reads and writes links: the first look is none. */
const links = laterModule(() => import("#state/link/links.ts"));

const namesExperiment = (hash: string) => /[#&]ex=/.test(hash);

import { adapter } from "#state/model/adapter.ts";
import { opened } from "#state/link/claims.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import { currentFragment, isFirstLook, openLink } from "#state/link/links.ts";
import { model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";

/** Browsers refuse more than some hundred changes of the address a minute, as a dragged slider would make. */
const REST_MS = 300;

/**
 * Keeps the address bar and the page in step: opens the link that the page was called with and every one that the
 * person goes to later, and lets the fragment follow what is shown.
 */
export function followAddress(shipped: readonly ModelChoice[]): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    const fragment = isFirstLook() && location.hash === "" ? "" : currentFragment();
    if (fragment === undefined || `#${fragment}` === location.hash || fragment === location.hash) return;
    history.replaceState(history.state, "", `#${fragment}`);
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(write, REST_MS);
  };
  addEventListener("hashchange", () => {
    clearTimeout(timer);
    openLink(location.hash, shipped);
  });
  openLink(location.hash, shipped);
  for (const store of [question, view, model, adapter, results, opened, experimentForm]) store.subscribe(later);
}

import { Workbox } from "workbox-window";
import { isServingOff, keptCacheName } from "#protocol/serving.ts";
import type { ServingMessage } from "#protocol/serving.ts";
import { setIsolation } from "#state/serving/serving.ts";
import { model } from "#state/model/model.ts";
import { notify, notifyFault } from "#state/notices.ts";
import { results } from "#state/run/results.ts";
// oxlint-disable-next-line import/default -- what the bundler makes of the query is the address of the built file
import workerAddress from "#workers/offline/service-worker.ts?worker&url";
import { SHIPPED_MODELS } from "../models.ts";

const NEWER =
  "A newer version of this page has come. It opens once all tabs with this page have been closed; or now, with your prompt and what is switched off.";
const TAKEN_OVER =
  "Another tab has opened a newer version of this page. What is here goes on; it is opened anew with your prompt and what is switched off.";
const SWITCHED_OFF =
  "The page’s service worker is switched off by the address (sw=off): nothing of the page is kept to open it without a network.";

/**
 * The page's side of its service worker: it opens the page without a network, isolates it where its host does not, and brings newer versions.
 *
 * The page is never opened anew by itself, on the first visit neither. It is not isolated then where the host sends no headers, and computes on
 * one core; from the second visit on it is, and whoever wants all cores at once presses a button. To reload while somebody types costs more than
 * one visit's threads. The worker is asked for once the first answer is there, so that nothing that it fetches stands in the answer's way.
 *
 * @param writeAddress puts what is asked and switched into the address, from which the page opens with it
 */
export async function followServing(writeAddress: () => Promise<void>): Promise<void> {
  // while the page is edited its files change under the worker
  if (import.meta.env.MODE === "development" || !("serviceWorker" in navigator)) return;
  if (isServingOff(new URL(location.href))) {
    await switchOff();
    return;
  }
  const workbox = new Workbox(workerAddress);
  const openAnew = async () => {
    await writeAddress();
    location.reload();
  };
  const isRegistered = once(async () => {
    await workbox.register({ immediate: true });
  });
  if (!crossOriginIsolated) {
    const wasServed = navigator.serviceWorker.controller !== null;
    const open = () =>
      isRegistered()
        .then(() => navigator.serviceWorker.ready)
        .then(openAnew)
        .catch((reason: unknown) => notifyFault("serving", reason));
    setIsolation(wasServed ? { kind: "refused" } : { kind: "offered", open });
  }
  followVersions(workbox, openAnew);
  await answered();
  try {
    await isRegistered();
  } catch {
    // some private windows, blocked storage, tests: the page is as it would be without one
    if (!crossOriginIsolated) setIsolation({ kind: "impossible" });
    return;
  }
  await idle();
  followUsed();
}

/** Says of a newer version when it waits, and opens it when a person says so. */
function followVersions(workbox: Workbox, openAnew: () => Promise<void>): void {
  let isAsked = false;
  const say = (message: string, go: () => void) => notify("version", message, undefined, { label: "Open it now", go });
  workbox.addEventListener("waiting", () =>
    say(NEWER, () => {
      isAsked = true;
      workbox.messageSkipWaiting();
    }),
  );
  workbox.addEventListener("controlling", ({ isUpdate }) => {
    if (isAsked) void openAnew();
    else if (isUpdate) say(TAKEN_OVER, () => void openAnew());
  });
}

/** Keeps the large files that were used, for a visit without a network: the engine, and each of the page's own models. */
function followUsed(): void {
  const kept = new Set<string>();
  const look = () => {
    const { choice, status } = model.getState();
    if (!choice || status.kind !== "ready" || kept.has(choice.id)) return;
    kept.add(choice.id);
    const message: ServingMessage = {
      type: "KEEP",
      model: SHIPPED_MODELS.some(({ id }) => id === choice.id) ? choice.id : "",
    };
    // it may not control this page yet
    void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(message));
  };
  look();
  model.subscribe(look);
}

/** Takes back all that an earlier visit left: the worker and what it kept. */
async function switchOff(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration(document.baseURI);
  if (registration) {
    const names = await caches.keys();
    const isOwn = (name: string) =>
      name.endsWith(`-${registration.scope}`) || name === keptCacheName(registration.scope);
    await Promise.all(names.filter(isOwn).map((name) => caches.delete(name)));
    await registration.unregister();
  }
  notify("serving", SWITCHED_OFF);
}

/** Settles with the first answer that was computed here. */
function answered(): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      const { prediction } = results.getState();
      if (prediction.status !== "done" || prediction.isRecorded) return;
      end();
      resolve();
    };
    const end = results.subscribe(look);
    look();
  });
}

/** Settles when nothing is being computed of what the first look shows, and the browser has nothing else to do. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (results.getState().sweep.status === "computing") return;
      end();
      // Safari has no requestIdleCallback
      if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve());
      else setTimeout(resolve);
    };
    const end = results.subscribe(look);
    look();
  });
}

function once<Result>(task: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  return () => (running ??= task());
}

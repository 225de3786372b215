import "@fontsource-variable/ibm-plex-sans/wght.css";
import "@fontsource/ibm-plex-mono/latin-400.css";
import "@fontsource/ibm-plex-mono/latin-500.css";
import "@fontsource/ibm-plex-mono/latin-ext-400.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { workerEngine } from "#client/worker-engine.ts";
import { followEngine } from "#state/engine-life.ts";
import { notify } from "#state/notices.ts";
import type { RecordedFinding } from "#state/first-look/recorded.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import { offerShipped } from "#state/model/shipped.ts";
import { isEmbedded, setFramed } from "#state/serving/embedded.ts";
import { followQuestions } from "#state/run/session.ts";
import { view } from "#state/view.ts";
import { Page } from "#views/page/Page.tsx";
import { Guard } from "#views/shared/Guard.tsx";
import { fetchLater, laterPart } from "#views/shared/later.tsx";
import { THREADS_MESSAGE } from "#protocol/lifecycle.ts";
import { askedThreads } from "./asked-threads.ts";
import { followAddress } from "./address/address.ts";
import { followLooks } from "./looks.ts";
import { SHIPPED_MODELS } from "./models.ts";
import { followOpening } from "./opening.ts";
import { waitingSurface } from "./waiting-surface.ts";

const Embed = laterPart("the figure", async () => (await import("#views/embed/Embed.tsx")).Embed);
const isFramed = isEmbedded(location.search);
setFramed(isFramed);
const RECORDED = "findings/first-look.json";

const threads = askedThreads(location.search);
const engine = workerEngine((name) => {
  const worker = new Worker(new URL("../../workers/engine/worker.ts", import.meta.url), { type: "module", name });
  if (typeof threads === "number") worker.postMessage({ type: THREADS_MESSAGE, threads });
  return worker;
});
connectEngine(engine);
followEngine(engine);
if (typeof threads === "string") notify("threads", threads);
followLooks();
followOpening();
followQuestions();
offerShipped(SHIPPED_MODELS);
let rest: Promise<void> | undefined;
window.arithmoscope = waitingSurface(fetchRest);
const address = followAddress(SHIPPED_MODELS, fetchRest);
void address.isOpen.then(readRecorded);
view.subscribe(({ tab, hovered, selected, reading }) => {
  const isAlone = reading.other === undefined && reading.otherVariant === undefined;
  const isFirstMap = tab === "heads" && reading.look === "effect" && !reading.isUnder && isAlone;
  // where it does not arrive, the next look asks for it again
  if (!isFirstMap || hovered || selected) void fetchRest().catch(() => undefined);
});
// a frame shows one figure, and fetches what that needs; Safari has no requestIdleCallback
if (!isFramed) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(fetchAll, { timeout: 5_000 });
  else setTimeout(fetchAll, 2_000);
}

const host = document.getElementById("page");
if (!host) throw new Error("page: index.html has no element with the id “page”");
createRoot(host).render(
  <StrictMode>
    <Guard what="the page">{isFramed ? <Embed /> : <Page />}</Guard>
  </StrictMode>,
);

/** What the first look does not need is fetched while nobody waits for it, so that a tab opens at once and also without a network. */
function fetchAll(): void {
  void fetchRest();
  fetchLater();
}

/** The second script, once: at rest, or as soon as a script, a link or a look at anything beside the first map asks for what is in it. */
async function fetchRest(): Promise<void> {
  rest ??= import("./later.ts").then(({ followLater }) => followLater(engine, address));
  try {
    await rest;
  } catch (reason) {
    // the next who asks tries again
    rest = undefined;
    throw reason;
  }
}

/** Something to read while the model loads; without it the page waits for the model, no more. */
async function readRecorded(): Promise<void> {
  const response = await fetch(new URL(RECORDED, document.baseURI));
  if (!response.ok) return;
  const [{ showRecorded }, found] = await Promise.all([import("#state/first-look/recorded.ts"), response.json()]);
  showRecorded(found as RecordedFinding);
}

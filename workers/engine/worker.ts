import * as Comlink from "comlink";
import { isRecord } from "#core/record.ts";
import { tellSigns } from "#core/sign.ts";
import { FIRST_MODEL, SHIPPED_CONTENTS } from "#model/shipped-models.ts";
import { DEVICE_LOST_MESSAGE, SIGN_MESSAGE, THREADS_MESSAGE } from "#protocol/lifecycle.ts";
import { createEngine } from "./engine.ts";
import { keepFaultCodes } from "./fault-transfer.ts";
import { loadOrt } from "./run/load-ort.ts";
import { tokenizerHost } from "./tokenizer/tokenizer-host.ts";

keepFaultCodes();
tellSigns(() => postMessage(SIGN_MESSAGE));
// beside the runtime and the weights, not behind them
tokenizerHost.prepare();
/** What the page's address asks for; it comes before the first call. */
let threads: number | undefined;
addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (isRecord(data) && data["type"] === THREADS_MESSAGE) threads = data["threads"] as number;
});
// beside the script's own folder, which is one deeper where nothing is bundled
const root = new URL(import.meta.env.DEV ? "../../" : "../", import.meta.url);
const addressOf = (id: string) => new URL(`models/${id}/`, root).href;
const byAddress = ([id, content]: readonly [string, string]) => [addressOf(id), content] as const;
Comlink.expose(
  createEngine(
    (onBytes) => loadOrt(onBytes, threads),
    (reason) => postMessage({ type: DEVICE_LOST_MESSAGE, reason }),
    { caseAt: addressOf(FIRST_MODEL), contents: new Map(Object.entries(SHIPPED_CONTENTS).map(byAddress)) },
  ),
);
// held for the worker's life: whoever is granted this lock after us knows that we are gone; outside a secure context there are none
if ("locks" in navigator) {
  void navigator.locks.request(self.name, () => {
    postMessage(self.name);
    return new Promise(() => undefined);
  });
}

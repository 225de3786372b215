import * as Comlink from "comlink";
import { tellSigns } from "#core/sign.ts";
import { DEVICE_LOST_MESSAGE, SIGN_MESSAGE } from "#protocol/lifecycle.ts";
import { createEngine } from "./engine.ts";
import { keepFaultCodes } from "./fault-transfer.ts";
import { loadOrt } from "./run/load-ort.ts";
import { tokenizerHost } from "./tokenizer/tokenizer-host.ts";

keepFaultCodes();
tellSigns(() => postMessage(SIGN_MESSAGE));
// beside the runtime and the weights, not behind them
tokenizerHost.prepare();
Comlink.expose(createEngine(loadOrt, (reason) => postMessage({ type: DEVICE_LOST_MESSAGE, reason })));
// held for the worker's life: whoever is granted this lock after us knows that we are gone; outside a secure context there are none
if ("locks" in navigator) {
  void navigator.locks.request(self.name, () => {
    postMessage(self.name);
    return new Promise(() => undefined);
  });
}

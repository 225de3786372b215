import type { FaultCode } from "#core/fault.ts";

/** What a person can do about a fault; what was found stands in the fault's own message. */
export const ADVICE = {
  "empty-prompt": "Type something, or take an example; the last results stay until then.",
  "prompt-too-long": "Shorten the prompt; the last results stay until then.",
  "bad-request": "",
  "missing-file":
    "Config.json, tokenizer.json and the weights in safetensors are needed, all in one place: see that it is the right one.",
  overflow: "Another precision, prompt or checkpoint may stay in range; what was there before stays.",
  unreachable: "Check the connection and the address; what has arrived so far is kept.",
  "needs-token": "A token is pasted in the model menu; it stays in this tab and goes nowhere but to the Hub.",
  "storage-full": "Delete a stored model in the model menu, or free space on this device.",
  "storage-failed": "A model is kept where the browser lets this page store data, until that is cleared.",
  "too-large": "Choose a smaller precision or a smaller model.",
  "bad-file": "",
  "damaged-file": "The file is damaged or was cut off on the way; fetch it again.",
  "other-format": "",
  "bad-config": "A Hugging Face config.json of this family is needed.",
  "unknown-architecture": "Try another checkpoint from the model menu.",
  "no-webgpu": "Choose WASM in the model menu, or a browser with WebGPU switched on.",
  "device-lost": "The model is being loaded again; nothing of yours is lost.",
  "engine-stopped": "The engine is being started again; nothing of yours is lost.",
  "not-loaded": "Load a model from the model menu.",
  cancelled: "",
  internal: "This is a fault of the page. Trying again may help.",
} satisfies Record<FaultCode, string>;

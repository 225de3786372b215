import { parentPort } from "node:worker_threads";
import { serveTokenizers } from "#workers/tokenizer/service.ts";

/** The tokenizer library in a thread of the engine's thread, which can be ended in the middle of a text. */
serveTokenizers({
  post: (message) => parentPort!.postMessage(message),
  listen: (heard) => parentPort!.on("message", heard),
});

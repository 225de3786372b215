import { TokenizerService } from "./service.ts";
import type { TokenizerRequest } from "./service.ts";

/** The first message says that the library is there, or why it is not; every later one answers a request, in order. */
const service = new TokenizerService();
let last: Promise<unknown> = service.start().then(
  () => postMessage({ kind: "ready" }),
  (reason: unknown) =>
    postMessage({ kind: "missing", words: reason instanceof Error ? reason.message : String(reason) }),
);
self.onmessage = ({ data }: MessageEvent<TokenizerRequest>) => {
  last = last.then(async () => postMessage(await service.answer(data)));
};

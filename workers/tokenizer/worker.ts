import { serveTokenizers } from "./service.ts";
import type { TokenizerRequest } from "./service.ts";

serveTokenizers({
  post: (message) => postMessage(message),
  listen: (heard) => (self.onmessage = ({ data }: MessageEvent<TokenizerRequest>) => heard(data)),
});

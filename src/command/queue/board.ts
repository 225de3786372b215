import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { HonoAdapter } from "@bull-board/hono";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import type { Queue } from "bullmq";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { Fault } from "#core/fault.ts";
import type { BoardPlace } from "./board-place.ts";

/** A page that shows a queue. */
export interface Board {
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** What the board's page may load: what comes with it. Its text asks another host for letters, which would learn who looks at it. */
const POLICY = {
  defaultSrc: ["'self'"],
  // its own, in its text and on its parts
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", "data:"],
  workerSrc: ["'self'", "blob:"],
  frameAncestors: ["'none'"],
};

/**
 * Bull Board over a queue: which shards wait, who is at which, what failed and why. It has no buttons, and whatever is sent to it is refused: a
 * queue is filled from the plan less its parts, and by nobody's hand.
 *
 * @throws Fault "bad-request" where it cannot be listened
 */
export async function openBoard(queue: Queue, { host, port }: BoardPlace): Promise<Board> {
  const serverAdapter = new HonoAdapter(serveStatic);
  const adapter = new BullMQAdapter(queue, { readOnlyMode: true });
  adapter.setFormatter("name", ({ data }: { readonly data: { readonly shard: number } }) => `shard ${data.shard}`);
  createBullBoard({ queues: [adapter], serverAdapter, options: { uiConfig: { boardTitle: "Arithmoscope" } } });
  const app = new Hono();
  app.use(secureHeaders({ contentSecurityPolicy: POLICY }));
  app.use(({ req, text }, next) =>
    ["GET", "HEAD"].includes(req.method) ? next() : Promise.resolve(text("nothing can be changed here", 405)),
  );
  app.route("/", serverAdapter.registerPlugin());
  const server = serve({ fetch: app.fetch, hostname: host, port });
  await once(server, "listening").catch((cause: unknown) => {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "another program listens there" : message;
    throw new Fault("bad-request", `work: --board cannot be shown at ${host}, port ${port}: ${why}`, { cause });
  });
  const named = host.includes(":") ? `[${host}]` : host;
  return {
    address: `http://${named}:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

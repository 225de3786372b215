import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram, installPackages, isRootOnDebian } from "../scripts/browser.ts";

/** The last is Debian's one program of all of them, which goes by the name that it is started with; its package starts no service. */
const COMMANDS = ["redis-server", "valkey-server", "redis-check-rdb"];
const PACKAGE = "redis-tools";

const findRedis = () => findProgram("REDIS_SERVER_PATH", COMMANDS);

/** Why a queue was not tried, and what would help. */
export const NO_REDIS =
  "neither Redis nor Valkey is on this machine or could be installed; install one (Debian: redis-server) or name its program in REDIS_SERVER_PATH";

/** The program of a queue's server; as root on Debian it is installed where it is missing. */
export function findOrInstallRedis(): string | undefined {
  if (!findRedis() && isRootOnDebian()) installPackages([PACKAGE]);
  return findRedis();
}

export interface RedisServer {
  readonly url: string;
  /** Ends it, and it forgets everything. */
  readonly stop: () => Promise<void>;
  /** At the same place. */
  readonly start: () => Promise<void>;
}

/** A server of its own, which keeps nothing on disk. */
export async function redisServer(program: string, ...options: readonly string[]): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "arithmoscope-redis-"));
  let child: ChildProcess | undefined;
  const start = async () => {
    const own = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
    const started = spawn(program, [...own, ...options], { argv0: "redis-server", stdio: "pipe" });
    child = started;
    const ready = Promise.withResolvers<void>();
    let said = "";
    started.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (/ready to accept connections/i.test(said)) ready.resolve();
    });
    started.on("error", ready.reject);
    started.on("exit", (code) => ready.reject(new Error(`redis ended with code ${code}: ${said}`)));
    await ready.promise;
  };
  const stop = async () => {
    const ended = child!.exitCode === null ? once(child!, "exit") : undefined;
    child!.kill("SIGKILL");
    await ended;
  };
  await start();
  return { url: `redis://127.0.0.1:${port}`, start, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { heldUp } from "#core/sign.ts";
import { codeOf } from "./disk-fault.ts";
import { makeFolder } from "./make-folder.ts";

/** How often a holder says that it lives, and after how long without a word one on another machine is taken to be gone. */
const BEAT_MS = 5_000;
const GONE_MS = 60_000;
const LOOK_MS = 200;

interface Following {
  readonly signal: AbortSignal;
  readonly onWait: () => void;
}

/**
 * Runs a task while no other process runs one of that name: a file in a folder that all of them see, with who holds it. One whose process
 * is gone, or that has said nothing for a minute, is taken over.
 */
export async function alone<T>(folder: string, name: string, following: Following, task: () => Promise<T>): Promise<T> {
  await makeFolder(folder);
  const path = join(folder, `${name}.lock`);
  let isTold = false;
  while (!(await isTaken(path))) {
    following.signal.throwIfAborted();
    if (await isGone(path)) await rm(path, { force: true });
    else if (!isTold) {
      isTold = true;
      following.onWait();
    }
    await heldUp(wait(LOOK_MS, undefined, { signal: following.signal }));
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), BEAT_MS);
  try {
    return await task();
  } finally {
    clearInterval(beat);
    await rm(path, { force: true });
  }
}

async function isTaken(path: string): Promise<boolean> {
  try {
    const handle = await open(path, "wx");
    await handle.writeFile(JSON.stringify({ host: hostname(), pid: process.pid }));
    await handle.close();
    return true;
  } catch (reason) {
    if (codeOf(reason) === "EEXIST") return false;
    throw reason;
  }
}

async function isGone(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > GONE_MS) return true;
    const { host, pid } = JSON.parse(await readFile(path, "utf8")) as { host?: unknown; pid?: unknown };
    return host === hostname() && typeof pid === "number" && !isAlive(pid);
  } catch {
    return false; // it is being written or was just given back: the next look tells
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (reason) {
    return codeOf(reason) === "EPERM";
  }
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { endedWithUs } from "./ended-with-us.ts";
import type { Reader } from "./reader.ts";
import { readerOf, webDriverSession } from "./web-driver.ts";

/** A WebKit by its driver, which opens the browser that it came with, on a screen of its own where the machine has none. */
export async function startWebKit(driver: string): Promise<Reader> {
  const screen = process.platform === "linux" && !process.env["DISPLAY"] ? await startScreen() : undefined;
  const port = await freePort();
  const running = endedWithUs(
    spawn(driver, [`--port=${port}`], {
      stdio: "ignore",
      env: { ...process.env, ...(screen && { DISPLAY: screen.display }) },
    }),
  );
  const end = () => {
    running.kill();
    screen?.end();
  };
  try {
    return await readerOf(await webDriverSession(`http://127.0.0.1:${port}`, end));
  } catch (reason) {
    end();
    throw reason;
  }
}

/** An X server that draws into memory. */
async function startScreen(): Promise<{ readonly display: string; end(): void }> {
  const told = 3;
  const server = endedWithUs(
    spawn("Xvfb", ["-displayfd", String(told), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    }),
  );
  const [number] = (await Promise.race([
    once(server.stdio[told] as Readable, "data"),
    once(server, "exit").then(() => Promise.reject(new Error("Xvfb: no screen could be started"))),
  ])) as [Buffer];
  return { display: `:${number.toString().trim()}`, end: () => void server.kill() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

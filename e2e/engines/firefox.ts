import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { clicking, pasting, typing } from "./input.ts";
import { WINDOW } from "./reader.ts";
import type { Reader } from "./reader.ts";

/**
 * Firefox without a window and with a profile of its own, by WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/). Only errors are
 * listened to: whoever listens to scripts, as libraries do, has each worker attached to while it starts, and on a busy machine one in
 * ten then never does.
 */
export async function startFirefox(program: string): Promise<Reader> {
  const profile = mkdtempSync(join(tmpdir(), "arithmoscope-firefox-"));
  const running = spawn(program, ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(running, "exit");
  const end = async () => {
    running.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true });
  };
  try {
    const socket = new WebSocket(`${await listening(running)}/session`);
    await once(socket, "open");
    const errors: string[] = [];
    const ask = conversation(socket, (text) => errors.push(text));
    const { capabilities } = await ask<{ capabilities: { browserName: string; browserVersion: string } }>(
      "session.new",
      { capabilities: {} },
    );
    const { contexts } = await ask<{ contexts: { context: string }[] }>("browsingContext.getTree", {});
    const { context } = contexts[0]!;
    await ask("browsingContext.setViewport", { context, viewport: WINDOW });
    await ask("session.subscribe", { events: ["log.entryAdded"] });
    const act = async (actions: readonly object[]) => void (await ask("input.performActions", { context, actions }));
    return {
      browser: `${capabilities.browserName} ${capabilities.browserVersion}`,
      errors,
      open: async (url) => void (await ask("browsingContext.navigate", { context, url, wait: "complete" })),
      evaluate: async (script, ...given) => {
        const { result, exceptionDetails } = await ask<Evaluated>("script.evaluate", {
          expression: `Promise.resolve((${script.toString()})(...${JSON.stringify(given)})).then(JSON.stringify)`,
          target: { context },
          awaitPromise: true,
        });
        if (exceptionDetails) throw new Error(exceptionDetails.text);
        return (result.value === undefined ? undefined : JSON.parse(result.value)) as Awaited<
          ReturnType<typeof script>
        >;
      },
      clickAt: (x, y) => act(clicking(x, y)),
      type: (text) => act(typing(text)),
      paste: () => act(pasting),
      screenshot: async () => {
        const { data } = await ask<{ data: string }>("browsingContext.captureScreenshot", { context });
        return Buffer.from(data, "base64");
      },
      close: end,
    };
  } catch (reason) {
    await end();
    throw reason;
  }
}

interface Evaluated {
  readonly result: { readonly value?: string };
  readonly exceptionDetails?: { readonly text: string };
}

/** The address that Firefox says it listens at. */
async function listening(firefox: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: firefox.stderr! })) {
    const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(line) ?? [];
    if (address !== undefined) {
      firefox.stderr!.resume();
      return address;
    }
  }
  throw new Error("Firefox ended before it could be driven");
}

/** Commands and their answers; an event of the log that is an error is told. */
function conversation(socket: WebSocket, onError: (text: string) => void) {
  let last = 0;
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  socket.addEventListener("message", ({ data }) => {
    const told = JSON.parse(data as string) as Told;
    if (told.type === "event") {
      const { level, text } = told.params;
      if (level === "error") onError(text ?? "an error without words");
      return;
    }
    const waiting = pending.get(told.id)!;
    pending.delete(told.id);
    if (told.type === "success") waiting.resolve(told.result);
    else waiting.reject(new Error(`WebDriver BiDi: ${told.error}: ${told.message}`));
  });
  return async <Result>(method: string, params: object): Promise<Result> => {
    const id = ++last;
    const answer = Promise.withResolvers<unknown>();
    pending.set(id, answer);
    socket.send(JSON.stringify({ id, method, params }));
    return (await answer.promise) as Result;
  };
}

type Told =
  | { readonly type: "event"; readonly params: { readonly level?: string; readonly text?: string } }
  | { readonly type: "success"; readonly id: number; readonly result: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: string; readonly message: string };

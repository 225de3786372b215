import { clicking, pasting, typing } from "./input.ts";
import { WINDOW } from "./reader.ts";
import type { Reader } from "./reader.ts";

const COMMAND_MS = 60_000;
const READY_MS = 20_000;
const RETRY_MS = 100;

/** Commands of W3C WebDriver (https://www.w3.org/TR/webdriver2/#endpoints), by their method and their place below the session's. */
const ENDPOINTS = {
  SetTimeouts: ["POST", "/timeouts"],
  SetWindowRect: ["POST", "/window/rect"],
  Navigate: ["POST", "/url"],
  ExecuteAsyncScript: ["POST", "/execute/async"],
  PerformActions: ["POST", "/actions"],
  TakeScreenshot: ["GET", "/screenshot"],
} as const;

export type Command = keyof typeof ENDPOINTS;

/** One session of a browser, however its commands are sent. */
export interface Session {
  readonly capabilities: Capabilities;
  readonly errors: readonly string[];
  ask(command: Command, parameters: object): Promise<unknown>;
  end(): Promise<void>;
}

export interface Capabilities {
  readonly browserName: string;
  readonly browserVersion: string;
}

/** The reader whose hands and eyes are the commands of a session. */
export async function readerOf({ capabilities, errors, ask, end }: Session): Promise<Reader> {
  const act = async (actions: readonly object[]) => void (await ask("PerformActions", { actions }));
  await ask("SetTimeouts", { script: COMMAND_MS, pageLoad: COMMAND_MS });
  await ask("SetWindowRect", WINDOW);
  return {
    browser: `${capabilities.browserName} ${capabilities.browserVersion}`,
    errors,
    open: async (url) => void (await ask("Navigate", { url })),
    evaluate: async (script, ...given) => {
      const answer = (await ask("ExecuteAsyncScript", {
        script: `
          const [given, done] = arguments;
          Promise.resolve().then(() => (${script.toString()})(...given)).then(
            (value) => done({ value }),
            (reason) => done({ reason: String(reason) }),
          );`,
        args: [given],
      })) as { readonly value?: unknown; readonly reason?: string };
      if (answer.reason !== undefined) throw new Error(answer.reason);
      return answer.value as Awaited<ReturnType<typeof script>>;
    },
    clickAt: (x, y) => act(clicking(x, y)),
    type: (text) => act(typing(text)),
    paste: () => act(pasting),
    screenshot: async () => Buffer.from((await ask("TakeScreenshot", {})) as string, "base64"),
    close: end,
  };
}

/**
 * A session of a driver that speaks WebDriver over HTTP at this address. The protocol tells of no errors in the page.
 *
 * @param onClosed the session is over
 */
export async function webDriverSession(driver: string, onClosed: () => void): Promise<Session> {
  const { sessionId, capabilities } = (await untilReady(() =>
    send("POST", `${driver}/session`, { capabilities: { alwaysMatch: {} } }),
  )) as { readonly sessionId: string; readonly capabilities: Capabilities };
  const session = `${driver}/session/${sessionId}`;
  return {
    capabilities,
    errors: [],
    ask: (command, parameters) => {
      const [method, place] = ENDPOINTS[command];
      return send(method, session + place, method === "POST" ? parameters : undefined);
    },
    end: async () => {
      await send("DELETE", session).finally(onClosed);
    },
  };
}

async function send(method: string, address: string, body?: object): Promise<unknown> {
  const response = await fetch(address, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { readonly value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { readonly error: string; readonly message: string };
  throw new Error(`WebDriver: ${method} ${new URL(address).pathname}: ${error}: ${message}`);
}

/** A driver that was just started does not listen yet. */
async function untilReady<T>(ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + READY_MS;
  for (;;) {
    try {
      return await ask();
    } catch (reason) {
      // what fetch throws where nobody listens
      if (!(reason instanceof TypeError) || Date.now() > end) throw reason;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

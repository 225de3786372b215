import { clicking, pasting, typing } from "./input.ts";
import { WINDOW } from "./reader.ts";
import type { Reader } from "./reader.ts";

const SCRIPT_MS = 60_000;
const READY_MS = 20_000;
const RETRY_MS = 100;

interface Session {
  readonly sessionId: string;
  readonly capabilities: { readonly browserName: string; readonly browserVersion: string };
}

/**
 * A session of a driver that speaks W3C WebDriver (https://www.w3.org/TR/webdriver2/) at this address.
 *
 * @param onClosed the session is over
 */
export async function webDriverSession(driver: string, onClosed: () => void): Promise<Reader> {
  const { sessionId, capabilities } = await untilReady(
    () => send("POST", `${driver}/session`, { capabilities: { alwaysMatch: {} } }) as Promise<Session>,
  );
  const ask = (method: string, command: string, body?: object) =>
    send(method, `${driver}/session/${sessionId}${command}`, body);
  const act = async (actions: readonly object[]) => void (await ask("POST", "/actions", { actions }));
  await ask("POST", "/timeouts", { script: SCRIPT_MS });
  await ask("POST", "/window/rect", WINDOW);
  return {
    browser: `${capabilities.browserName} ${capabilities.browserVersion}`,
    errors: [], // the protocol tells of none
    open: async (url) => void (await ask("POST", "/url", { url })),
    evaluate: async (script, ...given) => {
      const answer = (await ask("POST", "/execute/async", {
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
    screenshot: async () => Buffer.from((await ask("GET", "/screenshot")) as string, "base64"),
    close: async () => {
      await ask("DELETE", "").finally(onClosed);
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

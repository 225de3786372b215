import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { endedWithUs } from "./ended-with-us.ts";
import { speakMarionette } from "./marionette.ts";
import { readerOf } from "./web-driver.ts";
import type { Capabilities } from "./web-driver.ts";
import type { Reader } from "./reader.ts";

const START_MS = 60_000;

/** Line of an error that a page did not catch, or wrote on its console, in quotes or parentheses; a part of Firefox that writes there has its name first. */
const ERROR = /^(?:JavaScript error: https?:|console\.error: ["(])/;

/** Preferences that are there from the start: what the driver sets by itself comes when the first window is about to open. */
const PREFERENCES = {
  // any that is free
  "marionette.port": 0,
  // what a page does not catch is printed, and what it writes on its console, not what Firefox itself does
  "browser.dom.window.dump.enabled": true,
  "devtools.console.stdout.content": true,
  "devtools.console.stdout.chrome": false,
  // no page but ours
  "browser.aboutwelcome.enabled": false,
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionPolicyBypassNotification": true,
  "termsofuse.bypassNotification": true,
} as const;

/**
 * Firefox without a window and with a profile of its own, by Marionette and not by WebDriver BiDi. For as long as a BiDi session lasts Firefox
 * listens for workers, and then by its source a worker that starts another, as the engine does, blocks until the page's main thread has told the
 * listener; under load one in ten was seen never to go on. Nobody listens for the workers of people who read, nor in a session of Marionette's.
 */
export async function startFirefox(program: string): Promise<Reader> {
  const profile = mkdtempSync(join(tmpdir(), "arithmoscope-firefox-"));
  const preferences = Object.entries(PREFERENCES).map((pref) => `user_pref(${JSON.stringify(pref).slice(1, -1)});\n`);
  writeFileSync(join(profile, "user.js"), preferences.join(""));
  const running = endedWithUs(
    spawn(program, ["--headless", "--no-remote", "--marionette", "--profile", profile], {
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  const ended = once(running, "exit");
  const end = async () => {
    running.kill("SIGKILL"); // its profile goes with it
    await ended;
    rmSync(profile, { recursive: true, force: true });
  };
  try {
    const errors: string[] = [];
    const ask = await speakMarionette(await listening(running, (error) => errors.push(error)));
    const { capabilities } = (await ask("WebDriver:NewSession", {})) as { readonly capabilities: Capabilities };
    return await readerOf({
      capabilities,
      errors,
      ask: (command, parameters) => ask(`WebDriver:${command}`, parameters),
      end,
    });
  } catch (reason) {
    await end();
    throw reason;
  }
}

/** The port at which Firefox says that it listens. All that it prints is read: one whose pipes are full stands still. */
function listening(firefox: ChildProcess, onError: (text: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    firefox.once("exit", () => reject(new Error("Firefox ended before it could be driven")));
    AbortSignal.timeout(START_MS).addEventListener("abort", () =>
      reject(new Error(`Firefox could not be driven after ${START_MS / 1_000} s`)),
    );
    for (const input of [firefox.stdout!, firefox.stderr!]) {
      createInterface({ input }).on("line", (line) => {
        const [, port] = /Marionette\s+INFO\s+Listening on port (\d+)/.exec(line) ?? [];
        if (port !== undefined) resolve(Number(port));
        if (ERROR.test(line)) onError(line);
      });
    }
  });
}

import { spawnSync } from "node:child_process";
import { findOrInstallBrowser } from "./browser.ts";

/** Runs Playwright's tests in a browser that is found or installed; arguments are passed on. */
try {
  const browser = findOrInstallBrowser();
  console.log(`End-to-end tests in ${browser}`);
  const { status } = spawnSync("playwright", ["test", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, CHROME_PATH: browser },
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

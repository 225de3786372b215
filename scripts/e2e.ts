import { spawnSync } from "node:child_process";
import { findOrInstallBrowser } from "./browser.ts";
import { findOrInstallSecondEngines, SECOND_ENGINES } from "./second-engines.ts";

/**
 * Runs Playwright's tests in a browser that is found or installed; arguments are passed on. With `--second-engines` only those in Firefox
 * and WebKit, which then have to be there; else these are skipped where they are not.
 */
const INSIST = "--second-engines";
const given = process.argv.slice(2);
const insists = given.includes(INSIST);
const passed = given.filter((each) => each !== INSIST);
const projects = insists ? SECOND_ENGINES.map((name) => `--project=${name}`) : [];
const isNarrowed = passed.some((each) => each.startsWith("--project"));
try {
  const browser = findOrInstallBrowser();
  console.log(`End-to-end tests in ${browser}`);
  if (!isNarrowed) findOrInstallSecondEngines();
  const { status } = spawnSync("playwright", ["test", ...projects, ...passed], {
    stdio: "inherit",
    env: { ...process.env, CHROME_PATH: browser, ...(insists && { SECOND_ENGINES: "required" }) },
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

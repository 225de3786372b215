import { spawnSync } from "node:child_process";
import { findOrInstallBrowser } from "./browser.ts";
import { findOrInstallSecondEngines, SECOND_ENGINES } from "./second-engines.ts";

/**
 * Runs Playwright's tests in a Chromium that is found or installed, and in Firefox and WebKit where they are or can be installed; arguments
 * are passed on. With `--second-engines` in Firefox and WebKit alone, which then have to be there.
 */
const INSIST = "--second-engines";
const given = process.argv.slice(2);
const insists = given.includes(INSIST);
const passed = given.filter((each) => each !== INSIST);
const isNarrowed = passed.some((each) => each.startsWith("--project"));
const projects = insists && !isNarrowed ? SECOND_ENGINES.map((name) => `--project=${name}`) : [];
try {
  if (!insists) console.log(`End-to-end tests in ${findOrInstallBrowser()}`);
  if (insists || !isNarrowed) findOrInstallSecondEngines();
  const { status } = spawnSync("playwright", ["test", ...projects, ...passed], {
    stdio: "inherit",
    env: { ...process.env, ...(insists && { SECOND_ENGINES: "required" }) },
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

import { spawnSync } from "node:child_process";
import { findOrInstallBrowser } from "./browser.ts";
import { findOrInstallSecondEngines, SECOND_ENGINES } from "./second-engines.ts";

/**
 * Runs Playwright's tests in a browser that is found or installed; arguments are passed on. With `--second-engines` those in Firefox and
 * WebKit instead, which then have to be there. They are no part of the rest: under its driver Firefox now and then never starts the worker
 * within a worker that cuts texts, and a run that hangs by chance tells nobody anything.
 */
const INSIST = "--second-engines";
const given = process.argv.slice(2);
const insists = given.includes(INSIST);
const passed = given.filter((each) => each !== INSIST);
const isNarrowed = passed.some((each) => each.startsWith("--project"));
const projects = insists ? SECOND_ENGINES : isNarrowed ? [] : ["wasm", "webgpu"];
try {
  const browser = findOrInstallBrowser();
  console.log(`End-to-end tests in ${browser}`);
  if (insists) findOrInstallSecondEngines();
  const { status } = spawnSync("playwright", ["test", ...projects.map((name) => `--project=${name}`), ...passed], {
    stdio: "inherit",
    env: { ...process.env, CHROME_PATH: browser, ...(insists && { SECOND_ENGINES: "required" }) },
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

import { spawnSync } from "node:child_process";
import { findOrInstallBrowser } from "./browser.ts";
import { findOrInstallSecondEngines, SECOND_ENGINES } from "./second-engines.ts";

/**
 * Runs Playwright's tests in a Chromium that is found or installed; arguments are passed on. With `--second-engines` those in Firefox and
 * WebKit instead. They are no part of the rest: under its driver Firefox now and then hangs at a start or in the middle of a story, and a
 * run that hangs by chance tells nobody anything.
 */
const INSTEAD = "--second-engines";
const given = process.argv.slice(2);
const inSecond = given.includes(INSTEAD);
const passed = given.filter((each) => each !== INSTEAD);
const isNarrowed = passed.some((each) => each.startsWith("--project"));
const projects = isNarrowed ? [] : inSecond ? SECOND_ENGINES : ["wasm", "webgpu"];
try {
  if (inSecond) findOrInstallSecondEngines();
  else console.log(`End-to-end tests in ${findOrInstallBrowser()}`);
  const { status } = spawnSync("playwright", ["test", ...projects.map((name) => `--project=${name}`), ...passed], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

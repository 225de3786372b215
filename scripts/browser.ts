import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "@playwright/test";

/** Commands by which an installed Chrome or Chromium goes, the branded ones first. */
const COMMANDS = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];

/** Where Chrome is when it is on no PATH. */
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** A browser that is there: `CHROME_PATH`, an installed Chrome or Chromium, else what Playwright has downloaded. */
export function findBrowser(): string | undefined {
  return findProgram("CHROME_PATH", COMMANDS, [...PLACES, chromium.executablePath()]);
}

/**
 * A program that can be run: the one that a variable of the environment names, else the first of some commands that is on the PATH, else
 * the first of some places.
 *
 * @throws Error where the variable names what cannot be run
 */
export function findProgram(
  variable: string,
  commands: readonly string[],
  places: readonly string[] = [],
): string | undefined {
  const named = process.env[variable];
  if (named) {
    if (!canRun(named)) throw new Error(`browser: ${variable} is ${named}, which cannot be run`);
    return named;
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const onPath = commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  return [...onPath, ...places].find(canRun);
}

/**
 * Finds a browser or installs one: by Playwright's download, else as root on Debian its package.
 *
 * @throws Error saying what was tried and what to do
 */
export function findOrInstallBrowser(): string {
  const found = findBrowser();
  if (found) return found;
  console.log("No Chrome or Chromium here; trying Playwright's download.");
  attempt("npx", ["playwright", "install", "chromium"]);
  if (!findBrowser() && isRootOnDebian()) {
    console.log("That did not work; trying Debian's package.");
    installPackages(["chromium"]);
  }
  const installed = findBrowser();
  if (installed) return installed;
  throw new Error(
    "browser: the end-to-end tests need Chrome or Chromium, and neither Playwright's download nor a package could be " +
      "installed; install one, or name its program in CHROME_PATH",
  );
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not a program: the next place is tried
  }
}

function attempt(command: string, args: readonly string[], environment: Record<string, string> = {}): boolean {
  try {
    execFileSync(command, args, {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...environment },
      shell: process.platform === "win32",
    });
    return true;
  } catch {
    return false; // it has said why; the caller goes on to the next way
  }
}

/** Packages of Debian, as root; whoever wants them looks whether they are there. */
export function installPackages(packages: readonly string[]): void {
  const environment = { DEBIAN_FRONTEND: "noninteractive" };
  if (attempt("apt-get", ["update"], environment)) {
    attempt("apt-get", ["install", "-y", "--no-install-recommends", ...packages], environment);
  }
}

export function isRootOnDebian(): boolean {
  const release = "/etc/os-release";
  return (
    process.getuid?.() === 0 && existsSync(release) && /^ID(?:_LIKE)?=.*debian/m.test(readFileSync(release, "utf8"))
  );
}

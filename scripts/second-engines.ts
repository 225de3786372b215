import { findProgram, installPackages, isRootOnDebian } from "./browser.ts";

/** How the program that starts an engine is found, and where it comes from. */
interface Engine {
  readonly title: string;
  /** The variable of the environment that names the program. */
  readonly variable: string;
  readonly commands: readonly string[];
  readonly places: readonly string[];
  /** Another program that it does not start without. */
  readonly needs?: string;
  /** Debian's packages. */
  readonly packages: readonly string[];
}

/** The engines beside Chromium's in which the page is tried, by the names of their projects in Playwright's configuration. */
const ENGINES = {
  firefox: {
    title: "Firefox",
    variable: "FIREFOX_PATH",
    commands: ["firefox-esr", "firefox"],
    places: ["/Applications/Firefox.app/Contents/MacOS/firefox", "C:\\Program Files\\Mozilla Firefox\\firefox.exe"],
    packages: ["firefox-esr"],
  },
  webkit: {
    title: "WebKit",
    variable: "WEBKIT_DRIVER_PATH",
    commands: ["WebKitWebDriver"],
    // Safari's driver has to be allowed by a person first, so that it is taken only where the variable names it
    places: [],
    needs: "Xvfb",
    packages: ["webkit2gtk-driver", "xvfb"],
  },
} as const satisfies Record<string, Engine>;

export type SecondEngine = keyof typeof ENGINES;
export const SECOND_ENGINES = Object.keys(ENGINES) as readonly SecondEngine[];

/** The program by which an engine is started, where it is there with what it needs. */
export function findSecondEngine(name: SecondEngine): string | undefined {
  const { variable, commands, places, needs }: Engine = ENGINES[name];
  const hasScreen = process.platform !== "linux" || Boolean(process.env["DISPLAY"]);
  if (needs && !hasScreen && !findProgram("XVFB_PATH", [needs])) return undefined;
  return findProgram(variable, commands, places);
}

/** Looks for the engines and, as root on Debian, installs the ones that are missing; it never fails. */
export function findOrInstallSecondEngines(): void {
  const missing = SECOND_ENGINES.filter((name) => !findSecondEngine(name));
  if (missing.length === 0 || !isRootOnDebian()) return;
  const packages = missing.flatMap((name) => ENGINES[name].packages);
  console.log(`Not here: ${missing.join(", ")}; trying Debian's packages ${packages.join(", ")}.`);
  installPackages(packages);
}

/** Why an engine cannot be tried, and what would help. */
export function absence(name: SecondEngine): string {
  const { title, variable, packages } = ENGINES[name];
  return `${title} is not on this machine; install it (\`npm run test:browsers\` does so as root on Debian: ${packages.join(", ")}), or name the program that starts it in ${variable}`;
}

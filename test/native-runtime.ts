import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { findBrowser } from "../scripts/browser.ts";

/** A command that a test has built lies in a folder of this one, and finds packages there that are no dependency. */
const CACHE = join(import.meta.dirname, "../node_modules/.cache");
const VERSION = packageJson.peerDependencies["onnxruntime-node"];
const RUNTIME = `onnxruntime-node@${VERSION}`;

/** Why the native runtime was not tried, and what would help. */
export const NO_NATIVE = `${RUNTIME} is not on this machine and could not be installed; npm install --no-save ${RUNTIME} does it`;

/** Finds the native runtime, in the version that the page's has, or installs it: some 300 MB, which are no dependency of the package; its own script, which would fetch libraries for CUDA, is not run. */
export function findOrInstallNative(): boolean {
  const places = [CACHE, join(CACHE, "../..")].map((folder) =>
    join(folder, "node_modules/onnxruntime-node/package.json"),
  );
  // a command that was built finds the first
  const isThere = () => {
    const found = places.find((place) => existsSync(place));
    return found !== undefined && (JSON.parse(readFileSync(found, "utf8")) as typeof packageJson).version === VERSION;
  };
  if (isThere()) return true;
  spawnSync(
    "npm",
    ["install", "--prefix", CACHE, "--ignore-scripts", "--no-save", "--no-audit", "--no-fund", RUNTIME],
    {
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    },
  );
  return isThere();
}

/** Why the graphics processor was not tried natively, and what would help. */
export const NO_VULKAN =
  "there is no driver of Vulkan on this machine; Chromium brings one, or Debian's mesa-vulkan-drivers";

/** What a process needs in its environment to find Vulkan: nothing where a driver is registered, else Chromium's own, which computes in software. */
export function vulkanEnvironment(): Readonly<Record<string, string>> | undefined {
  if (["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].some((folder) => existsSync(folder))) return {};
  const browser = findBrowser();
  const folders = ["/usr/lib/chromium", ...(browser ? [dirname(browser)] : [])];
  const folder = folders.find((each) => existsSync(join(each, "vk_swiftshader_icd.json")));
  if (folder === undefined) return undefined;
  const driver = join(folder, "vk_swiftshader_icd.json");
  return { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver };
}

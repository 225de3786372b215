import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import { SUPPLIED } from "./supplied-notices.ts";

/** Where the notices lie, beside the page; the help dialog links to it. */
export const NOTICES_FILE = "notices.txt";

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;
const PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/.@][^/]*))\//;

const HEAD = `The page is built from the packages below, or from packages that depend on them. Each is followed by its licence.

Colour scales: Copyright (c) 2002 Cynthia Brewer, Mark Harrower, and The Pennsylvania State University (ColorBrewer), under the Apache
License, Version 2.0, which stands below.
`;

/**
 * Writes the notices of every package that a build reads a module, a style or a font from. Vite's own `build.license` and the
 * plugins for rollup list only what is in the page's chunks: neither the workers' packages nor the fonts.
 *
 * @returns one plugin for the page, which writes the file, and one for its workers, which are builds of their own
 */
export function notices(dependencies: readonly string[]): { readonly page: Plugin; readonly worker: Plugin } {
  const folders = new Set<string>();
  const collect = (ids: Iterable<string>) => {
    for (const id of ids) {
      const folder = packageFolder(id);
      if (folder) folders.add(folder);
    }
  };
  return {
    worker: {
      name: "notices-of-workers",
      buildEnd() {
        collect(this.getModuleIds());
      },
    },
    page: {
      name: "notices",
      // while editing nothing is bundled: what package.json asks for stands for it
      configureServer({ middlewares, config }) {
        middlewares.use(`/${NOTICES_FILE}`, (_request, response) => {
          response.setHeader("Content-Type", "text/plain; charset=utf-8");
          response.end(noticesOf(dependencies.map((name) => join(config.root, "node_modules", name))));
        });
      },
      generateBundle: {
        order: "post",
        handler() {
          collect(this.getModuleIds());
          this.emitFile({ type: "asset", fileName: NOTICES_FILE, source: noticesOf(folders) });
        },
      },
    },
  };
}

/** @returns the folder of the package that a module is of; none for the project's own and for what a plugin makes up */
export function packageFolder(id: string): string | undefined {
  return PACKAGE.exec(id.replaceAll("\\", "/"))?.[1];
}

/**
 * Notices of packages and of all that they depend on, by name. A package may hold its dependencies already bundled, as d3-array
 * holds internmap, where no build sees them.
 *
 * @throws for a package that has no notice
 */
export function noticesOf(folders: Iterable<string>): string {
  const byName = new Map(
    [...withDependencies(folders)].map((folder) => noticeOf(folder)).map((notice) => [notice.title, notice.text]),
  );
  const sections = [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([title, text]) => `${title}\n\n${text}\n`);
  // hosts send .txt without its encoding; the mark tells browsers that it is UTF-8
  return `\uFEFF${[HEAD, ...sections].join(`\n${"=".repeat(80)}\n`)}`;
}

interface About {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const aboutOf = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as About;

function withDependencies(folders: Iterable<string>): ReadonlySet<string> {
  const all = new Set(folders);
  // a set hands out what is added to it on the way
  for (const folder of all) {
    for (const name of Object.keys(aboutOf(folder).dependencies ?? {})) {
      // declarations of types are in no page
      if (!name.startsWith("@types/")) all.add(installed(name, folder));
    }
  }
  return all;
}

/** @returns where Node would find a package from a folder: in its node_modules or in those of a folder above */
function installed(name: string, from: string): string {
  const folder = join(from, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  if (dirname(from) === from) throw new Error(`${name}, which a package of the page depends on, is not installed`);
  return installed(name, dirname(from));
}

function noticeOf(folder: string): { readonly title: string; readonly text: string } {
  const about = aboutOf(folder);
  const title = `${about.name} ${about.version} (${about.license ?? "no licence stated"})`;
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  const shipped = files.map((file) => readFileSync(join(folder, file), "utf8").trim()).filter(Boolean);
  return { title, text: shipped.length > 0 ? shipped.join("\n\n") : suppliedFor(about) };
}

function suppliedFor({ name, version, license }: About): string {
  const supplied = SUPPLIED.get(name);
  if (!supplied || supplied.license !== license) {
    throw new Error(
      `${name} ${version} is part of the page and ships no licence file; it states ${license ?? "no licence"}, and ` +
        `scripts/vite/supplied-notices.ts has ${supplied ? supplied.license : "nothing"} for it. Supply the text that it is under.`,
    );
  }
  if (supplied.version && supplied.version !== version) {
    throw new Error(
      `${name} is at ${version}, and scripts/vite/supplied-notices.ts lists what is compiled into ${supplied.version}. List it anew.`,
    );
  }
  return supplied.text();
}

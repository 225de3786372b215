import type { Plugin, Rollup } from "vite";

/**
 * Puts all that the page's entry reaches without an `import()` into one file. Left to itself the bundler cuts it wherever a later script
 * shares a module with it, into some thirty files, each with its names to export and its own poorer compression.
 */
export function firstScript(): Plugin {
  return {
    name: "first-script",
    config: () => ({
      build: {
        rolldownOptions: {
          output: {
            codeSplitting: { groups: [{ name: "first", test: (id: string) => reached.has(id) && !OF_ZOOM.test(id) }] },
          },
        },
      },
    }),
    buildEnd() {
      for (const id of this.getModuleIds())
        if (this.getModuleInfo(id)?.isEntry) follow(id, (of) => this.getModuleInfo(of));
    },
  };
}

const reached = new Set<string>();

/** What d3-zoom alone calls of a package whose door is on the entry's way: reached, and of no use before the first map. */
const OF_ZOOM = /\/d3-interpolate\/src\/(zoom|transform\/)/;

function follow(id: string, infoOf: (id: string) => Rollup.ModuleInfo | null): void {
  if (reached.has(id)) return;
  reached.add(id);
  for (const imported of infoOf(id)?.importedIds ?? []) follow(imported, infoOf);
}

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
          output: { codeSplitting: { groups: [{ name: "first", test: (id: string) => reached.has(id) }] } },
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

function follow(id: string, infoOf: (id: string) => Rollup.ModuleInfo | null): void {
  if (reached.has(id)) return;
  reached.add(id);
  for (const imported of infoOf(id)?.importedIds ?? []) follow(imported, infoOf);
}

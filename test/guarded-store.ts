import { memoryStore } from "../workers/engine/store/file-store.ts";
import type { FileStore } from "../workers/engine/store/file-store.ts";

/** A store as the browser's: a file that somebody reads or writes cannot be written by another, nor its folder deleted. */
export function guardedStore(): FileStore & { readonly opened: string[] } {
  const store = memoryStore();
  const opened: string[] = [];
  const inUse = new Set<string>();
  const free = (name: string) => {
    if (inUse.has(name)) throw new DOMException(`${name} is in use`, "NoModificationAllowedError");
  };
  return {
    ...store,
    opened,
    async open(folder, name) {
      const file = await store.open(folder, name);
      if (!file) return undefined;
      opened.push(name);
      inUse.add(name);
      return { ...file, close: () => inUse.delete(name) };
    },
    async write(folder, name, bytes) {
      free(name);
      await store.write(folder, name, bytes);
    },
    async extend(folder, name) {
      free(name);
      const file = await store.extend(folder, name);
      inUse.add(name);
      return { ...file, close: () => inUse.delete(name) };
    },
    async remove(folder) {
      for (const name of inUse) free(name);
      await store.remove(folder);
    },
  };
}

import { Fault } from "#core/fault.ts";

/** A checkpoint has some dozen files, with its history some thousand; a whole disk dropped by mistake has millions. */
const MAX_DROPPED_FILES = 10_000;

/** Files and where they lie, from the dropped folder's own name on: the files themselves do not know. */
export interface DroppedFiles {
  readonly files: File[];
  readonly paths: string[];
}

/**
 * Everything that was dropped, with what is in its folders.
 *
 * @throws Fault "bad-request" for more files than a checkpoint has, "bad-file" for what cannot be read
 */
export async function droppedFiles(items: Iterable<DataTransferItem>): Promise<DroppedFiles> {
  // the list is emptied once the event is over, so that all of it is taken before the first wait
  const dropped = [...items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile()).filter((each) => each !== null);
  const found: DroppedFiles = { files: [], paths: [] };
  for (const each of dropped) {
    if (each instanceof File) add(found, each, each.name);
    else await walk(each, found);
  }
  return found;
}

async function walk(entry: FileSystemEntry, found: DroppedFiles): Promise<void> {
  if (entry.isFile) {
    const file = await settled<File>(entry, (resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    add(found, file, entry.fullPath.replace(/^\//, ""));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // it gives a hundred or so at a time, and none at the end
    const some = await settled<FileSystemEntry[]>(entry, (resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const each of some) await walk(each, found);
  }
}

function add({ files, paths }: DroppedFiles, file: File, path: string): void {
  if (files.length === MAX_DROPPED_FILES) {
    throw new Fault(
      "bad-request",
      `the dropped folder has more than ${MAX_DROPPED_FILES} files; the folder of one checkpoint is needed`,
    );
  }
  files.push(file);
  paths.push(path);
}

async function settled<Value>(
  { fullPath }: FileSystemEntry,
  start: (resolve: (value: Value) => void, reject: (reason: DOMException) => void) => void,
): Promise<Value> {
  try {
    return await new Promise<Value>(start);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault("bad-file", `${fullPath} could not be read: ${why}`, { cause });
  }
}

import { plainFromText } from "#core/plain-text.ts";
import type { ExtendedFile, FileStore } from "../store/file-store.ts";

/** The finished steps of a run, in order, and how long they took. */
export interface KeptSteps {
  readonly parts: readonly unknown[];
  readonly milliseconds: readonly number[];
}

/** Written to as steps are finished. */
export interface ExperimentLog extends KeptSteps {
  append(part: unknown, milliseconds: number): Promise<void>;
  close(): void;
}

/** Where the log of a run lies. */
export interface LogPlace {
  readonly store: FileStore;
  /** The model's. */
  readonly folder: string;
  readonly name: string;
  /** What was run, on what: a log about anything else under the same name is not read. */
  readonly about: string;
}

/**
 * What is kept of a run: a head line that says what it is about, then a line for each step. A line that was not written to its end
 * ends what is read.
 */
export async function readLog({ store, folder, name, about }: LogPlace): Promise<KeptSteps> {
  const file = await store.open(folder, name).catch(() => undefined);
  if (!file) return { parts: [], milliseconds: [] };
  try {
    const text = new TextDecoder().decode(await file.slice(0, file.byteLength).catch(() => new ArrayBuffer(0)));
    const [head, ...lines] = text.split("\n");
    const steps = head === JSON.stringify({ about }) ? lines.slice(0, -1).map(readLine) : [];
    const whole = steps.findIndex((step) => step === undefined);
    const kept = (whole < 0 ? steps : steps.slice(0, whole)).map((step) => step!);
    return { parts: kept.map(({ part }) => part), milliseconds: kept.map((step) => step.milliseconds) };
  } finally {
    file.close();
  }
}

/**
 * Opens a run's log to go on with it. While the browser does not let it be written, as long as another tab or the worker of a page
 * that was just left has it open, or where it is gone, what is done stays in memory, and with each step that is tried again.
 */
export async function openLog(place: LogPlace): Promise<ExperimentLog> {
  const { parts, milliseconds } = await readLog(place);
  const kept = { parts: [...parts], milliseconds: [...milliseconds] };
  const opened = () => rewritten(place, kept).catch(() => undefined);
  let file = await opened();
  return {
    ...kept,
    async append(part, took) {
      kept.parts.push(part);
      kept.milliseconds.push(took);
      if (file && isAppended(file, line({ part, milliseconds: took }))) return;
      file?.close();
      file = await opened();
    },
    close: () => file?.close(),
  };
}

/** Writes the log anew of what was read, without lines that were broken or about something else. */
async function rewritten(
  { store, folder, name, about }: LogPlace,
  { parts, milliseconds }: KeptSteps,
): Promise<ExtendedFile> {
  const lines = parts.map((part, step) => line({ part, milliseconds: milliseconds[step]! }));
  await store.write(folder, name, bytesOf([`${JSON.stringify({ about })}\n`, ...lines].join("")));
  return store.extend(folder, name);
}

/** Appends to the log; without room, or where the file is gone, the run goes on, since the numbers are in memory all the same. */
function isAppended(file: ExtendedFile, text: string): boolean {
  try {
    file.append(bytesOf(text));
    return true;
  } catch {
    return false;
  }
}

interface Step {
  readonly part: unknown;
  readonly milliseconds: number;
}

const line = (step: Step) => `${JSON.stringify(step)}\n`;

function readLine(text: string): Step | undefined {
  try {
    return plainFromText(text) as Step;
  } catch {
    return undefined;
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

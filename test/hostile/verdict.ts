import { Fault } from "#core/fault.ts";

/** What one hostile case may cost and has to say. */

/** A case takes about a millisecond; on a machine that others use, two seconds are a hang and not a slow case. */
const MAX_CASE_MS = 2_000;
/**
 * What memory may grow by from the first case to any later one. The largest file here has under a megabyte, of which a parsed
 * tree takes some ten; what the collector has not taken yet comes on top.
 */
const MAX_MEMORY = 600_000_000;
/** A sentence, not a file: two values of at most 120 characters each and the words around them. */
const MAX_MESSAGE = 700;
/** Every message names the file or the part of it that is wrong. */
const NAMES_A_FILE =
  /^(?:config\.json|tokenizer|checkpoint: |safetensors: |gguf: |GGUF: |adapter_config\.json|adapter: )/;

let startedWith: number | undefined;
const seen = { results: 0, faults: 0 };

/** How many cases were judged so far, by how they ended. */
export const judged = () => seen;

/** Nothing where a case ends as it must, in time and memory and with a result or a Fault that says what was found. */
export async function verdict(run: () => unknown): Promise<string> {
  startedWith ??= memory();
  const start = performance.now();
  const wrong = await outcome(run);
  const ms = performance.now() - start;
  if (wrong !== "") return wrong;
  if (ms > MAX_CASE_MS) return `it took ${ms} ms`;
  const grown = memory() - startedWith;
  return grown > MAX_MEMORY ? `memory grew by ${grown} bytes` : "";
}

async function outcome(run: () => unknown): Promise<string> {
  try {
    await run();
    seen.results++;
    return "";
  } catch (reason) {
    if (!(reason instanceof Fault)) return `not a fault: ${reason instanceof Error ? reason.stack : String(reason)}`;
    seen.faults++;
    const { code, message } = reason;
    if (code === "internal") return `internal: ${message}`;
    if (message.length > MAX_MESSAGE) return `a message of ${message.length} characters: ${message.slice(0, 200)}`;
    return NAMES_A_FILE.test(message) ? "" : `a message that names no file: ${message}`;
  }
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

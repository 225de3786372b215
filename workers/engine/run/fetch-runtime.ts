import { Fault } from "#core/fault.ts";
import { sign } from "#core/sign.ts";

/**
 * The runtime's WebAssembly, piece by piece: 17 MB, or 27 without promise integration, which take minutes on a slow line, so that each piece
 * is a sign of life. Its bytes are handed over rather than its address, so that a host that gives it a wrong MIME type does no harm.
 *
 * @throws Fault "unreachable"
 */
export async function fetchRuntime(address: URL, onBytes: (bytes: number) => void): Promise<ArrayBuffer> {
  const failed = (found: string, cause?: unknown) =>
    new Fault("unreachable", `the engine’s runtime could not be read from ${address.href}: ${found}`, { cause });
  try {
    const response = await fetch(address);
    const reader = response.body?.getReader();
    if (!response.ok || !reader) throw failed(`the server answers ${response.status}`);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    // Safari's streams cannot be iterated
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      pieces.push(value!);
      bytes += value!.length;
      sign();
      onBytes(bytes);
    }
    return await new Blob(pieces).arrayBuffer();
  } catch (reason) {
    if (reason instanceof Fault) throw reason;
    throw failed(reason instanceof Error ? reason.message : String(reason), reason);
  }
}

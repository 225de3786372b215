/**
 * SHA-256, hexadecimal. A page outside a secure context, as one served over http to a classroom, has no `crypto.subtle`; a library
 * in JavaScript, some ten times slower, stands in there.
 */
export async function sha256(bytes: BufferSource): Promise<string> {
  return hexadecimal(await digest(bytes));
}

/** SHA-256 of a text's UTF-8 bytes, hexadecimal. */
export const sha256OfText = (text: string) => sha256(new TextEncoder().encode(text));

async function digest(bytes: BufferSource): Promise<Uint8Array> {
  // the types know secure contexts alone
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (subtle) return new Uint8Array(await subtle.digest("SHA-256", bytes));
  const library = await import("@noble/hashes/sha2.js");
  return library.sha256(
    ArrayBuffer.isView(bytes)
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : new Uint8Array(bytes),
  );
}

const hexadecimal = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

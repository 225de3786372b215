import { grouped } from "#core/grouped.ts";
import { Fault } from "#core/fault.ts";
import { sha256 } from "../load/sha256.ts";
import { ask, withPatience } from "./fetch-range.ts";
import type { Fetching } from "./fetch-range.ts";
import { isOwnOrigin } from "./own-origin.ts";

/** A file by where it lies and by the SHA-256 of its bytes. */
export interface NamedFile {
  readonly address: string;
  readonly sha256: string;
  /** Bytes that are read at most. */
  readonly most: number;
}

/** Digits of a hash that tell two files apart for a reader. */
const SHOWN_DIGITS = 12;

/**
 * The text of a file that is the one that was named, bit for bit. One of the page's own host is read unasked, and therefore from nowhere else.
 *
 * @throws Fault "unreachable", "bad-file" where none, a longer or another one lies there
 */
export async function namedFile({ address, sha256: named, most }: NamedFile, fetching: Fetching): Promise<string> {
  const asked: Fetching = { ...fetching, cache: "reload", isStaying: isOwnOrigin(address) };
  const bytes = await withPatience(() => wholeBody(address, most, asked), fetching.patience.attemptsToOpen, asked);
  const found = await sha256(bytes);
  if (found !== named) {
    const [there, wanted] = [found, named].map((hash) => hash.slice(0, SHOWN_DIGITS));
    throw new Fault(
      "bad-file",
      `${address}: what lies there has the SHA-256 ${there}…, and ${wanted}… was named: it is another file, and nothing of it is used`,
    );
  }
  return new TextDecoder().decode(bytes);
}

async function wholeBody(address: string, most: number, fetching: Fetching): Promise<ArrayBuffer> {
  const answer = await ask(address, undefined, fetching);
  try {
    const { status, statusText } = answer.response;
    if (status !== 200) {
      throw new Fault(
        "bad-file",
        `${address} could not be read: the server answered ${status} ${statusText}`.trimEnd(),
      );
    }
    const pieces: BlobPart[] = [];
    let held = 0;
    for (let piece = await answer.next(); piece; piece = await answer.next()) {
      held += piece.byteLength;
      if (held > most) {
        throw new Fault("bad-file", `${address}: it has more than the ${grouped(most)} bytes that are read at most`);
      }
      pieces.push(piece as Uint8Array<ArrayBuffer>);
    }
    return await new Blob(pieces).arrayBuffer();
  } finally {
    answer.close();
  }
}

import { mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ProgressLine } from "../printing.ts";
import { runLink } from "./link-command.ts";

const folder = mkdtempSync(join(tmpdir(), "arithmoscope-link-"));
const longer = join(folder, "longer.json");
writeFileSync(longer, "");
truncateSync(longer, 128_000_001);

function linked(path: string): Promise<void> {
  const streams = { out: { write: () => undefined }, err: { write: () => undefined } };
  return runLink([path], {
    env: {},
    streams,
    progress: new ProgressLine(streams, true),
    signal: new AbortController().signal,
    lines: () => {
      throw new Error("nothing is asked of stdin");
    },
  });
}

test.each<[string, string, string, string]>([
  ["no file", join(folder, "none.json"), "missing-file", "there is no such file"],
  ["a folder", folder, "bad-file", "it cannot be read (EISDIR); a saved result is needed"],
  ["a file longer than the page reads", longer, "bad-file", "it has 128000001 bytes; at most 128000000 are read"],
])("%s is told as what it is", async (_, path, code, words) => {
  await expect(linked(path)).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string });
});

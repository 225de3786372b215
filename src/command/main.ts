#!/usr/bin/env node
import { createInterface } from "node:readline";
import { runCommand } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { handedOn, ProgressLine } from "./printing.ts";

/** The process of a command: its streams, its signals, its exit code. */
if (!("withResolvers" in Promise)) {
  process.stderr.write(`arithmoscope: Node 22 or newer is needed, and this is ${process.version}\n`);
  process.exit(EXIT.usage);
}
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // a second one is meant
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
  });
}
// whoever reads may have read enough
process.stdout.on("error", (reason: NodeJS.ErrnoException) =>
  process.exit(reason.code === "EPIPE" ? EXIT.done : EXIT.failed),
);

const streams = { out: process.stdout, err: process.stderr };
const code = await runCommand(process.argv.slice(2), {
  env: process.env,
  streams,
  progress: new ProgressLine(streams, process.argv.includes("--quiet")),
  signal: stop.signal,
  lines: () => createInterface({ input: process.stdin }),
});
// whoever reads slowly gets all of it
await Promise.all([handedOn(process.stdout), handedOn(process.stderr)]);
// threads and their ports would keep the process
process.exit(code);

import { Fault } from "#core/fault.ts";
import { callNamed, runCall } from "./call-command.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { callHelp, generalHelp, suiteHelp } from "./help.ts";
import { VERSION } from "./package-files.ts";
import { json } from "./printing.ts";
import type { Session } from "./session.ts";
import { suiteCommand } from "./suite/suite-commands.ts";

/** One command line from its words to its exit code; what goes wrong is one sentence on stderr. */
export async function runCommand(args: readonly string[], session: Session): Promise<number> {
  const { out, err } = session.streams;
  try {
    const [command, ...rest] = args;
    if (command === "--version") return told(() => out.write(`${VERSION}\n`));
    if (command === undefined || command === "--help" || command === "help") {
      return told(() => out.write(helpOn(rest)));
    }
    if (callNamed(command)) {
      if (rest.includes("--help")) return told(() => out.write(callHelp(command)));
      await runCall(command, rest, session);
      return EXIT.done;
    }
    const suite = suiteCommand(command);
    if (suite)
      return rest.includes("--help") ? told(() => out.write(suiteHelp(command, rest))) : await suite.run(rest, session);
    throw new Fault("bad-request", `there is no command “${command}”; see arithmoscope --help`);
  } catch (reason) {
    session.progress.end();
    const code = exitCodeOf(reason);
    err.write(`arithmoscope: ${reason instanceof Error ? reason.message : String(reason)}\n`);
    if (code === EXIT.failed && session.env["ARITHMOSCOPE_DEBUG"] && reason instanceof Error) {
      err.write(json({ stack: reason.stack }));
    }
    return code;
  }
}

function helpOn([command = "", ...rest]: readonly string[]): string {
  if (callNamed(command)) return callHelp(command);
  return suiteCommand(command) ? suiteHelp(command, rest) : generalHelp();
}

function told(say: () => unknown): number {
  say();
  return EXIT.done;
}

import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";

const root = join(import.meta.dirname, "..");

/** What a command that has ended left. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves once what it wrote to stderr has the words. */
  readonly says: (words: string) => Promise<void>;
}

export interface BuiltCommand {
  /** As a shell is told it. */
  readonly words: string;
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  readonly start: (args: readonly string[], options?: RunOptions) => Running;
}

interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The command built as it is shipped, in a folder where it finds the package's dependencies and files. */
export async function builtCommand(name: string): Promise<BuiltCommand> {
  const outDir = join(root, "node_modules/.cache/command", name);
  mkdirSync(outDir, { recursive: true });
  await build({
    configFile: join(root, "vite.command.config.ts"),
    root,
    logLevel: "error",
    build: { outDir, emptyOutDir: true },
  });
  const start: BuiltCommand["start"] = (args, { input, env } = {}) => {
    const child = spawn(process.execPath, [join(outDir, "arithmoscope.js"), ...args], {
      env: { ...process.env, ...env },
      stdio: "pipe",
    });
    let [out, err] = ["", ""];
    const listeners = new Set<() => void>();
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
      for (const listener of listeners) listener();
    });
    child.stdin.on("error", () => undefined); // it may end before it has read everything
    child.stdin.end(input ?? "");
    return {
      ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err }))),
      kill: (signal) => child.kill(signal),
      says: (words) =>
        new Promise((resolve) => {
          const look = () => {
            if (!err.includes(words)) return;
            listeners.delete(look);
            resolve();
          };
          listeners.add(look);
          look();
        }),
    };
  };
  const words = `${process.execPath} ${join(outDir, "arithmoscope.js")}`;
  return { words, start, run: (args, options) => start(args, options).ended };
}

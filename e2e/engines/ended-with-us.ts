import type { ChildProcess } from "node:child_process";

/** Ends a browser, or what it needs, with the process of the stories where that ends before it has closed it: at a limit, or when it is stopped. */
export function endedWithUs<Started extends ChildProcess>(started: Started): Started {
  const end = () => void started.kill("SIGKILL");
  process.once("exit", end);
  started.once("exit", () => process.off("exit", end));
  return started;
}

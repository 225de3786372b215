import type { ScriptingSurface } from "./scripting.ts";

type Calls = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

/**
 * `window.arithmoscope` from the first moment: its calls wait for the script that answers them, which puts the surface itself in this
 * one's place.
 *
 * @param fetched settles once `host.arithmoscope` is the surface
 */
export function waitingSurface(
  fetched: () => Promise<void>,
  host: Pick<Window, "arithmoscope"> = window,
): ScriptingSurface {
  const call =
    (name: string) =>
    async (...args: readonly unknown[]) => {
      await fetched();
      return (host.arithmoscope as unknown as Calls)[name]!(...args);
    };
  return new Proxy({} as ScriptingSurface, {
    // without `then` it is no promise to whoever awaits it
    get: (_, name) => (typeof name === "string" && name !== "then" ? call(name) : undefined),
  });
}

import { Fault } from "#core/fault.ts";

/** Where a board is shown. */
export interface BoardPlace {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Nobody else's machine sees it, unless that is said. */
const HERE = "127.0.0.1";

/** `3000`, `0.0.0.0:3000` or `[::]:3000`. @throws Fault "bad-request" */
export function boardPlace(text: string): BoardPlace {
  const [, bracketed, name, port = ""] = /^(?:\[([0-9a-f:.]+)\]:|([^:[\]\s]+):)?(\d{1,5})$/i.exec(text) ?? [];
  if (port !== "" && Number(port) < 2 ** 16) return { host: bracketed ?? name ?? HERE, port: Number(port) };
  throw new Fault(
    "bad-request",
    `work: --board is “${text}”; a port is needed, as 3000, or an address of this machine with one, as 0.0.0.0:3000`,
  );
}

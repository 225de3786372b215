import * as Comlink from "comlink";
import { faultCode } from "#core/fault.ts";

interface Thrown {
  readonly value: unknown;
}

/** comlink sends an error's message and name alone; the page decides by its code. Call once, before anything is exposed. */
export function keepFaultCodes(): void {
  const original = Comlink.transferHandlers.get("throw") as Comlink.TransferHandler<Thrown, unknown>;
  Comlink.transferHandlers.set("throw", {
    canHandle: original.canHandle,
    deserialize: original.deserialize,
    serialize: ({ value }: Thrown) => {
      const { message, name, stack } = value instanceof Error ? value : new Error(String(value));
      return [{ isError: true, value: { message, name, stack, code: faultCode(value) } }, []];
    },
  });
}

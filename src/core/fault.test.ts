import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { Fault, faultCode } from "./fault.ts";

test("carries a code, a sentence and its cause", () => {
  const cause = new Error("offset 12");
  const fault = new Fault("bad-file", "model.safetensors ends early", { cause });
  expect(fault).toBeInstanceOf(Error);
  expect([fault.name, fault.code, fault.message, fault.cause]).toEqual([
    "Fault",
    "bad-file",
    "model.safetensors ends early",
    cause,
  ]);
});

test.each([
  ["its own code", new Fault("device-lost", "gone"), "device-lost"],
  ["an abort as a cancellation", new DOMException("stopped", "AbortError"), "cancelled"],
  ["another DOMException as ours", new DOMException("no", "DataError"), "internal"],
  ["an error without a code as ours", new TypeError("undefined is not a function"), "internal"],
  ["what is no error as ours", "a string", "internal"],
])("faultCode names %s", (_name, reason, code) => {
  expect(faultCode(reason)).toBe(code);
});

test("what Node waits for and is stopped is a cancellation too", async () => {
  const reason = await wait(60_000, undefined, { signal: AbortSignal.abort() }).catch((each: unknown) => each);
  expect(reason).not.toBeInstanceOf(DOMException);
  expect(faultCode(reason)).toBe("cancelled");
});

import { expect, test } from "vitest";
import { judged } from "./judged.ts";

/** As npm 11 writes it, shortened. */
const report = (...found: readonly (readonly [name: string, severity: string])[]) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      found.map(([name, severity]) => [name, { name, severity, range: "<2.0.0", via: [], fixAvailable: true }]),
    ),
  });

test("a report of nothing is fine", () => {
  expect(judged(report())).toEqual({
    isFine: true,
    sentence: "Nothing that is shipped is known to be gravely vulnerable.",
  });
});

test.each(["high", "critical"])("what is %s stops, by name", (severity) => {
  const { isFine, sentence } = judged(report(["left", "low"], ["pad", severity]));
  expect(isFine).toBe(false);
  expect(sentence).toContain(`pad <2.0.0 (${severity})`);
  expect(sentence).not.toContain("left");
});

test.each(["info", "low", "moderate"])("what is %s is told", (severity) => {
  const { isFine, sentence } = judged(report(["pad", severity]));
  expect(isFine).toBe(true);
  expect(sentence).toContain(`pad <2.0.0 (${severity})`);
});

test.each([
  [
    JSON.stringify({ message: "405 Method Not Allowed - POST https://registry.example/bulk", statusCode: 405 }),
    "405 Method Not Allowed",
  ],
  [
    JSON.stringify({ message: "request to https://registry.example/bulk failed, reason: getaddrinfo ENOTFOUND" }),
    "ENOTFOUND",
  ],
  [JSON.stringify({ error: { code: "ENOLOCK", summary: "This command requires an existing lockfile." } }), "lockfile"],
  ["npm error something\nelse", "npm error something"],
  ["", "no reason"],
])("where there is no report the tests go on, and say so: %s", (text, why) => {
  const { isFine, sentence } = judged(text);
  expect(isFine).toBe(true);
  expect(sentence).toContain("could not be asked");
  expect(sentence).toContain(why);
});

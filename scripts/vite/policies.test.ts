import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PAGE_POLICY, WORKER_POLICY } from "../../workers/offline/policies.ts";

const directives = (policy: string) =>
  new Map(policy.split("; ").map((each) => [each.split(" ")[0]!, each.split(" ").slice(1)]));

test.each([
  ["the page", PAGE_POLICY, ["'self'"]],
  ["its workers", WORKER_POLICY, ["'self'", "'wasm-unsafe-eval'"]],
])("%s: nothing is allowed that is not named, no text as a script, no foreign code", (_who, policy, scripts) => {
  const named = directives(policy);
  expect(named.get("default-src")).toEqual(["'none'"]);
  expect(policy.replace("style-src 'self' 'unsafe-inline'", "")).not.toMatch(/'unsafe-(?:inline|eval|hashes)'/);
  expect(named.get("script-src")).toEqual(scripts);
  expect(named.get("worker-src")).toEqual(["'self'"]);
});

test("the page itself asks its own host and the Hub", () => {
  expect(directives(PAGE_POLICY).get("connect-src")).toEqual(["'self'", "https://huggingface.co"]);
});

test("hosts are told the workers' policy as it is", () => {
  expect(readFileSync("docs/hosting.md", "utf8")).toContain(`Content-Security-Policy "${WORKER_POLICY}" always;`);
});

test("neither the page's text nor its code makes markup or scripts of texts", () => {
  expect(readFileSync("index.html", "utf8")).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*src=)/);
  const makesMarkup =
    /\b(?:innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|dangerouslySetInnerHTML|srcdoc)\b|document\.write|\beval\(|new Function\(/;
  const found = ["src", "workers"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /(?<!\.test)\.tsx?$/.test(name))
      .filter((name) => makesMarkup.test(readFileSync(join(folder, name), "utf8"))),
  );
  expect(found).toEqual([]);
});

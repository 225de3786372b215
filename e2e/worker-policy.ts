import type { Page } from "@playwright/test";

/** Tries in the engine's worker what its policy forbids and what it allows: of each violation what was refused and by which directive. */
export const refusedByWorker = (page: Page) =>
  page.workers()[0]!.evaluate(async () => {
    const refused: string[] = [];
    addEventListener("securitypolicyviolation", (event) => {
      const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
      refused.push(`${effectiveDirective} ${blockedURI}`);
    });
    // until the driver's own call is over, text is let through as its
    await new Promise((resolve) => setTimeout(resolve));
    const tries: readonly (() => unknown)[] = [
      // oxlint-disable-next-line no-implied-eval, no-new-func -- this is what is refused
      () => new Function("return 1"),
      ...["data:text/javascript,0", "https://elsewhere.example/code.js"].map((script) => () => import(script)),
      () => fetch("https://elsewhere.example/model.safetensors"),
    ];
    for (const each of tries) {
      try {
        await each();
      } catch {
        // refused, or not there; the event says which
      }
    }
    await new Promise((resolve) => setTimeout(resolve));
    return refused;
  });

/** Any host may be asked. */
export const REFUSED = [
  "script-src eval",
  "script-src-elem data",
  "script-src-elem https://elsewhere.example/code.js",
] as const;

import { readFileSync, writeFileSync } from "node:fs";
import { test } from "vitest";
import type { Chain } from "#analysis/chain/chain.ts";
import { chainLayout } from "./chain-layout.ts";
import { shownTokens } from "./chain-distribution.ts";
import { chainSvg } from "./chain-svg.ts";
test("x", () => {
  const chains = JSON.parse(readFileSync("/tmp/chains.json", "utf8")) as Record<string, Chain>;
  let html = "<body style='background:#fbfaf6'>";
  for (const [p, c] of Object.entries(chains)) for (const w of [828, 360]) {
    if (!["3+5=", "12/4=", "the capital of france is"].includes(p)) continue;
    const tokens = c.ablation ? shownTokens(c.ablation.before, c.ablation.after, c.target.text, 5) : [];
    const layout = chainLayout(c, w, tokens, { threshold: 0.25, limit: 1.444 });
    html += chainSvg([{ layout, title: p, look: { off: new Set(), selected: undefined, cursor: undefined, lit: undefined, beforeName: "before", afterName: "without L0H7", isInteractive: false, name: () => "" } }], { title: p, caption: [] });
  }
  writeFileSync("/tmp/chains.html", html);
});

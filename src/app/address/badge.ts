import { followOpenedCheck, openedCheck } from "#state/link/checking/whole-check.ts";

type Badge = "✓" | "≠";

/** Strokes on a disc of radius 10 in the corner of the 32 × 32 sign, with its ground. */
const DRAWN = {
  "✓": { ground: "#2166ac", path: "M17 22.5l3.5 3.5 6.5-8" },
  "≠": { ground: "#b2182b", path: "M16.5 20h11M16.5 24.5h11M25 16l-6 12.5" },
} as const satisfies Record<Badge, { readonly ground: string; readonly path: string }>;

/** What came of the check of all that the opened link claims, as long as the page asks what it asks. */
export function badgeNow(): Badge | undefined {
  const verdict = openedCheck()?.verdict;
  if (verdict === "reproduced") return "✓";
  return verdict === "differs" ? "≠" : undefined;
}

/** The page's sign with a badge, as an address that holds all of it. */
export function badged(sign: string, badge: Badge): string {
  const { ground, path } = DRAWN[badge];
  const drawn =
    `<circle cx="22" cy="22" r="10" fill="${ground}" stroke="#fbfaf6" stroke-width="2"/>` +
    `<path d="${path}" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>`;
  return `data:image/svg+xml,${encodeURIComponent(sign.replace("</svg>", `${drawn}</svg>`))}`;
}

/** Shows in the browser's tab whether the opened link's numbers were found here too. @returns what ends it */
export function followBadge(): () => void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!icon) return () => undefined;
  const plain = icon.href;
  let shown: Badge | undefined;
  let sign: Promise<string> | undefined;
  const write = async () => {
    const badge = badgeNow();
    if (badge === shown) return;
    shown = badge;
    sign ??= readSign(plain);
    const text = badge ? await sign.catch(() => "") : "";
    // without its file the sign is as the browser has it
    if (shown === badge) icon.href = badge && text !== "" ? badged(text, badge) : plain;
  };
  const follow = () => void write();
  const end = followOpenedCheck(follow);
  follow();
  return () => {
    end();
    icon.href = plain;
  };
}

async function readSign(address: string): Promise<string> {
  const response = await fetch(address);
  return response.ok ? response.text() : "";
}

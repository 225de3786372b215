/** What npm's report says of the packages that reach the page. */
export interface Judgement {
  readonly isFine: boolean;
  readonly sentence: string;
}

interface Report {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
  /** Of an error, such as a registry without an endpoint for audits, or none that can be reached. */
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}

/** What npm calls high and critical; lower ones are told and stop nothing. */
const GRAVE: readonly string[] = ["high", "critical"];

/** @param text what `npm audit --json` prints */
export function judged(text: string): Judgement {
  const { vulnerabilities, message, error } = read(text);
  if (!vulnerabilities) {
    const why = message ?? error?.summary ?? "it gives no report";
    return {
      isFine: true,
      sentence: `The registry could not be asked for known vulnerabilities: ${why || "no reason"}.`,
    };
  }
  const all = Object.entries(vulnerabilities).map(([name, { severity, range }]) => ({
    severity,
    told: `${name} ${range} (${severity})`,
  }));
  const grave = all.filter(({ severity }) => GRAVE.includes(severity));
  const list = (found: readonly { readonly told: string }[]) => found.map(({ told }) => told).join(", ");
  if (grave.length > 0)
    return { isFine: false, sentence: `Known to be vulnerable in what is shipped: ${list(grave)}.` };
  const lesser = all.length > 0 ? ` Less than high: ${list(all)}.` : "";
  return { isFine: true, sentence: `Nothing that is shipped is known to be gravely vulnerable.${lesser}` };
}

function read(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return { message: text.trim().split("\n")[0] ?? "" };
  }
}

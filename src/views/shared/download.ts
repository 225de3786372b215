/** Hands a file to the person. */
export function download(name: string, type: string, content: string | Blob): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

export type CsvValue = string | number;

/** Full values, quoted where a value needs it. */
export const csvOf = (header: readonly string[], rows: readonly (readonly CsvValue[])[]) =>
  [header, ...rows].map((row) => row.map(csvField).join(",")).join("\r\n") + "\r\n";

function csvField(value: CsvValue): string {
  const text = String(value);
  // a spreadsheet would run a token that starts like a formula
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

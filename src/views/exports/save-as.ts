import type { Drawn, Stamp } from "./drawn.ts";
import { download } from "./download.ts";
import { csvFile, jsonFile, pythonFile, svgFile } from "./files.ts";
import type { ExportedFile } from "./files.ts";
import { pngOf } from "./png.ts";

/** Each kind of file that what is drawn can be saved as. */
export const saveAs = {
  svg: (drawn: Drawn, stamp: Stamp) => save(svgFile(drawn, stamp)),
  png: (drawn: Drawn, stamp: Stamp) => savePng(svgFile(drawn, stamp)),
  csv: (drawn: Drawn, stamp: Stamp) => save(csvFile(drawn, stamp)),
  json: (drawn: Drawn, stamp: Stamp) => save(jsonFile(drawn, stamp)),
  python: (drawn: Drawn) => save(pythonFile(drawn)),
};
export type FileKind = keyof typeof saveAs;

export function save(file: ExportedFile | undefined): void {
  if (file) download(file.name, file.type, file.content);
}

async function savePng(figure: ExportedFile | undefined): Promise<void> {
  if (figure) download(figure.name.replace(/\.svg$/, ".png"), "image/png", await pngOf(figure.content));
}

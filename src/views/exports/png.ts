import { Fault } from "#core/fault.ts";
import { withPageFonts } from "./page-fonts.ts";

/** Pixels per unit of the figure: sharp in print at a column's width. */
const SCALE = 3;

/**
 * A figure as pixels, for where an SVG cannot go, in the page's own faces: a picture has none but those that it brings.
 *
 * @throws Fault "internal" if the browser cannot draw it
 */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await withPageFonts(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * SCALE;
  canvas.height = image.naturalHeight * SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Fault("internal", `export: this browser cannot draw ${canvas.width} × ${canvas.height} pixels`);
  return blob;
}

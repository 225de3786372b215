import { Fault } from "#core/fault.ts";
import { pageFonts } from "./page-fonts.ts";
import type { EmbeddedFace } from "./page-fonts.ts";

/** Pixels per unit of the figure: sharp in print at a column's width. */
const SCALE = 3;

/** Sizes of the strip below the figure with a character of each face, one beside the other. */
const PROBE = { height: 20, step: 24, size: 16 };
/** A browser shows no text for at most three seconds where its face is not there, and then another's. */
const FACES_MS = 4_000;
const LOOK_AGAIN_MS = 20;

/**
 * A figure as pixels, for where an SVG cannot go, in the page's own faces: a picture has none but those that it brings. It is decoded
 * before its faces are, and text whose face is not there is not drawn, so a character of each, below what becomes the file, tells.
 *
 * @throws Fault "internal" if the browser cannot draw it
 */
export async function pngOf(svg: string): Promise<Blob> {
  const faces = await pageFonts(svg);
  const probes = faces.filter(({ character }) => character !== undefined);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(withFaces(svg, faces, probes))}`;
  await image.decode();
  const { naturalWidth: width } = image;
  const height = image.naturalHeight - PROBE.height;
  const end = performance.now() + FACES_MS;
  while (!probes.every((_, index) => hasInk(image, index * PROBE.step, height))) {
    if (performance.now() > end)
      throw new Fault("internal", "export: this browser does not draw the figure's texts; the SVG has them");
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  const canvas = canvasOf(width * SCALE, height * SCALE);
  canvas.getContext("2d")?.drawImage(image, 0, 0, width, height, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob)
    throw new Fault(
      "internal",
      `export: this browser cannot draw ${canvas.width} × ${canvas.height} pixels; the SVG needs none`,
    );
  return blob;
}

/** The figure with the faces in it, and below it, on nothing, a character of each that has one. */
function withFaces(svg: string, faces: readonly EmbeddedFace[], probes: readonly EmbeddedFace[]): string {
  const figure = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const height = Number(figure.getAttribute("height"));
  figure.setAttribute("viewBox", `0 0 ${figure.getAttribute("width")} ${height + PROBE.height}`);
  figure.setAttribute("height", String(height + PROBE.height));
  const add = (tag: string, attributes: Readonly<Record<string, string | number>>, text: string) => {
    const element = figure.ownerDocument.createElementNS(figure.namespaceURI, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    element.textContent = text;
    figure.append(element);
  };
  add("style", {}, faces.map(({ rule }) => rule).join(""));
  probes.forEach(({ family, weight, character = "" }, index) => {
    const place = { x: index * PROBE.step + 2, y: height + PROBE.size };
    add("text", { ...place, "font-family": family, "font-weight": weight, "font-size": PROBE.size }, character);
  });
  return new XMLSerializer().serializeToString(figure);
}

/** Whether anything is drawn at a place of the strip. */
function hasInk(image: HTMLImageElement, x: number, y: number): boolean {
  const context = canvasOf(PROBE.step, PROBE.height).getContext("2d");
  if (!context) return true;
  context.drawImage(image, x, y, PROBE.step, PROBE.height, 0, 0, PROBE.step, PROBE.height);
  return context.getImageData(0, 0, PROBE.step, PROBE.height).data.some((value) => value > 0);
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

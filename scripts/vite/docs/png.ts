import { crc32, deflateSync } from "node:zlib";

/** A rectangle of one colour, `#rrggbb` or `rgb(r, g, b)`, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Eight bits a channel, red, green and blue, each row as it is. */
const RGB = [8, 2, 0, 0, 0];

/**
 * Boxes as a PNG, later ones above earlier ones: what links to a page are shown with is read by nobody who draws SVG, and a build has no browser.
 *
 * @see PNG Specification, W3C, chunks IHDR, IDAT, IEND
 */
export function pngOf(boxes: readonly Box[], width: number, height: number): Buffer {
  // before each row stands how it is filtered: not at all
  const stride = 1 + width * 3;
  const pixels = Buffer.alloc(stride * height);
  for (const box of boxes) {
    const [left, right] = [box.x, box.x + box.width].map((x) => Math.round(Math.min(width, Math.max(0, x))));
    const [top, bottom] = [box.y, box.y + box.height].map((y) => Math.round(Math.min(height, Math.max(0, y))));
    const colour = channelsOf(box.colour);
    for (let y = top!; y < bottom!; y++)
      for (let x = left!; x < right!; x++) pixels.set(colour, y * stride + 1 + x * 3);
  }
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const parts = [
    chunk("IHDR", Buffer.concat([size, Buffer.from(RGB)])),
    chunk("IDAT", deflateSync(pixels, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...parts]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

function channelsOf(colour: string): readonly number[] {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return (colour.match(/\d+/g) ?? []).map(Number);
}

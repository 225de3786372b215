/**
 * Widths of IBM Plex Sans in shares of the font's size, each the widest of its kind at weight 600: a text is never wider than it is
 * reckoned, also where another sans-serif takes its place.
 */
const WIDTHS: readonly (readonly [kind: RegExp, ems: number])[] = [
  [/^[iIjl.,:;'’|!()[\]{} ]$/u, 0.36],
  [/^[mwMW@%—…]$/u, 0.97],
  [/^[A-Z&+=<>~÷×−#$€QOGD]$/u, 0.74],
  [/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Nd}\p{P}\p{S}\p{Z}]$/u, 0.65],
];
/** Width of characters that the face does not have: ideographs and emoji are as wide as they are high. */
const OTHER_EMS = 1.1;

const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** @param size of the font @returns an upper bound, in the unit of `size` */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const { segment } of characters.segment(text)) {
    ems += WIDTHS.find(([kind]) => kind.test(segment))?.[1] ?? OTHER_EMS * widthOfCluster(segment);
  }
  return ems * size;
}

/** Letters that a cluster joins stand beside each other in the worst case; marks stand on what they belong to. */
const widthOfCluster = (cluster: string) =>
  /\p{Extended_Pictographic}/u.test(cluster) ? 1.3 : Math.max(1, cluster.replace(/\p{M}/gu, "").length);

/** Lines that are at most as wide as the room, broken at spaces where there are any. A character wider than the room has a line of its own. */
export function wrapped(text: string, room: number, size: number): string[] {
  const lines = [""];
  const fits = (more: string) => textWidth(lines.at(-1)! + more, size) <= room;
  for (const word of text.split(/(?<= )/)) {
    if (fits(word.trimEnd())) lines[lines.length - 1] += word;
    else if (textWidth(word.trimEnd(), size) <= room) lines.push(word);
    else for (const piece of characters.segment(word)) addPiece(piece.segment);
  }
  return lines.map((line) => line.trimEnd()).filter((line, index) => line !== "" || index === 0);

  function addPiece(piece: string): void {
    if (fits(piece) || lines.at(-1) === "") lines[lines.length - 1] += piece;
    else lines.push(piece);
  }
}

/** The beginning that has room, with an ellipsis where it is not all. */
export function fitted(text: string, room: number, size: number): string {
  if (textWidth(text, size) <= room) return text;
  return `${wrapped(text, room - textWidth("…", size), size)[0] ?? ""}…`;
}

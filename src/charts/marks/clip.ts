/** A text of at most so many characters, one at least: what does not fit ends in “…”. */
export function clip(text: string, room: number): string {
  const most = Math.max(1, Math.floor(room));
  // not within a character beyond the first plane
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

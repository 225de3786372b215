/** A face of the page with its file in it, and what in a text is drawn with it. */
export interface EmbeddedFace {
  /** A rule of CSS. */
  readonly rule: string;
  readonly family: string;
  readonly weight: number;
  /** One of the text's own that leaves ink; undefined where it has none in this face. */
  readonly character: string | undefined;
}

/** Those of the page's faces that have one of a text's characters. A face that cannot be read is left to the fallback. */
export async function pageFonts(text: string): Promise<EmbeddedFace[]> {
  const characters = new Set(text);
  const faces = [...document.styleSheets].flatMap(facesOf);
  const all = await Promise.all(faces.map((face) => embedded(face, ownOf(face, characters))));
  return all.filter((face) => face !== undefined);
}

function facesOf(sheet: CSSStyleSheet): CSSFontFaceRule[] {
  try {
    return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
  } catch {
    return []; // of another origin, as an extension's
  }
}

/** The characters that a face is for: `U+0000-00FF,U+0131`; one without a range is for every character. */
function ownOf({ style }: CSSFontFaceRule, characters: ReadonlySet<string>): string[] {
  const written = style.getPropertyValue("unicode-range") || "U+0000-10FFFF";
  const ranges = written.split(",").map((range) => {
    const [from = Number.NaN, to = from] = range
      .trim()
      .replace(/^U\+/i, "")
      .split("-")
      .map((hex) => Number.parseInt(hex, 16));
    return { from, to };
  });
  return [...characters].filter((character) => {
    const code = character.codePointAt(0)!;
    return ranges.some(({ from, to }) => code >= from && code <= to);
  });
}

const USUAL_WEIGHT = 400;

async function embedded(
  { style, parentStyleSheet }: CSSFontFaceRule,
  own: readonly string[],
): Promise<EmbeddedFace | undefined> {
  const [, address] = /url\(["']?([^"')]+)["']?\)/.exec(style.getPropertyValue("src")) ?? [];
  if (address === undefined || own.length === 0) return undefined;
  const response = await fetch(new URL(address, parentStyleSheet?.href ?? document.baseURI)).catch(() => undefined);
  if (!response?.ok) return undefined;
  const data = await asDataUrl(await response.blob());
  const descriptors = ["font-family", "font-weight", "font-style", "unicode-range"].map(
    (name) => `${name}:${style.getPropertyValue(name)};`,
  );
  const [least = USUAL_WEIGHT, most = least] = style
    .getPropertyValue("font-weight")
    .split(" ")
    .map(Number)
    .filter(Number.isFinite);
  return {
    rule: `@font-face{${descriptors.join("").replaceAll('"', "'")}src:url(${data}) format('woff2')}`,
    family: style.getPropertyValue("font-family").replaceAll('"', "'"),
    weight: Math.max(least, Math.min(most, USUAL_WEIGHT)),
    character: own.find((character) => /[\p{L}\p{N}]/u.test(character)),
  };
}

const asDataUrl = (blob: Blob) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("font: it could not be read")));
    reader.readAsDataURL(blob);
  });

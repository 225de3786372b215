/** The SVG with those of the page's faces in it that have one of its characters. A face that cannot be read is left to the fallback. */
export async function withPageFonts(svg: string): Promise<string> {
  const characters = new Set([...svg].map((character) => character.codePointAt(0)!));
  const faces = [...document.styleSheets].flatMap(facesOf).filter((face) => isFor(face, characters));
  const rules = await Promise.all(faces.map(embedded));
  const style = `<style>${rules.join("")}</style>`;
  // behind the opening tag
  return svg.replace(/>/, () => `>${style}`);
}

function facesOf(sheet: CSSStyleSheet): CSSFontFaceRule[] {
  try {
    return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
  } catch {
    return []; // of another origin, as an extension's
  }
}

/** `U+0000-00FF,U+0131`; a face without a range is for every character. */
function isFor(face: CSSFontFaceRule, characters: ReadonlySet<number>): boolean {
  const ranges = face.style.getPropertyValue("unicode-range");
  if (ranges === "") return true;
  return ranges.split(",").some((range) => {
    const [from = Number.NaN, to = from] = range
      .trim()
      .replace(/^U\+/i, "")
      .split("-")
      .map((hex) => Number.parseInt(hex, 16));
    for (const character of characters) if (character >= from && character <= to) return true;
    return false;
  });
}

async function embedded({ style, parentStyleSheet }: CSSFontFaceRule): Promise<string> {
  const [, address] = /url\(["']?([^"')]+)["']?\)/.exec(style.getPropertyValue("src")) ?? [];
  if (address === undefined) return "";
  const response = await fetch(new URL(address, parentStyleSheet?.href ?? document.baseURI)).catch(() => undefined);
  if (!response?.ok) return "";
  const data = await asDataUrl(await response.blob());
  const descriptors = ["font-family", "font-weight", "font-style", "unicode-range"].map(
    (name) => `${name}:${style.getPropertyValue(name)};`,
  );
  return `@font-face{${descriptors.join("").replaceAll('"', "'")}src:url(${data}) format('woff2')}`;
}

const asDataUrl = (blob: Blob) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("font: it could not be read")));
    reader.readAsDataURL(blob);
  });

/** Tokens beside a part's name; many begin with a space, which tells no more than the spaces between them. */
export const PROMOTED = 3;

/**
 * How every program beside a JSON begins: what it is, and the file read into `found`.
 *
 * @param what it draws, as “The map of heads”
 * @param file the name of the JSON
 * @param imports lines of Python, beside those that every program has
 */
export const notebookHead = (
  what: string,
  file: string,
  imports: readonly string[] = [],
): string => `# ${what} from ${JSON.stringify(file)}, the JSON that Arithmoscope saved.
# Needs matplotlib (pip install matplotlib). Runs as a script, or in a cell of a notebook.
${["import json", ...imports.filter(isOfPython)].join("\n")}

${["import matplotlib.pyplot as plt", ...imports.filter((line) => !isOfPython(line))].join("\n")}

PATH = ${JSON.stringify(file)}

with open(PATH, encoding="utf-8") as opened:
    found = json.load(opened)


def plain(text):
    """As it is: matplotlib reads what stands between two $ as a formula."""
    return text.replace("$", r"\\$")

`;

const isOfPython = (line: string) => line.startsWith("import ");

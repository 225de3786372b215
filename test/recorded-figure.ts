import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Stands in for matplotlib, which a machine need not have, and writes down what it is asked. So it says that a program runs, reads its file and
 * hands over the right numbers; that matplotlib knows these names, only `drawByMatplotlib` says. Axes are called by their place, `axes0` first.
 */
const RECORDING = `
import json, os
calls = []
class Recorder:
    def __init__(self, name): self.name = name
    def __getattr__(self, name): return Recorder(f"{self.name}.{name}")
    def __call__(self, *given, **named):
        calls.append([self.name, given, named])
        made = Recorder(self.name + "()")
        return (made, axes(*given, **named)) if self.name == "plt.subplots" else made
def axes(rows, columns, squeeze=True, **_):
    grid = [[Recorder(f"axes{row * columns + column}") for column in range(columns)] for row in range(rows)]
    return grid[0] if squeeze and rows == 1 else grid
def plain(value):
    return list(value) if isinstance(value, range) else getattr(value, "name", str(value))
def show():
    with open(os.environ["CALLS"], "w") as file: json.dump(calls, file, default=plain)
`;

/** The names that programs take from each of its modules. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  colors: ["Normalize", "SymLogNorm"],
  patches: ["PathPatch"],
  path: ["Path"],
};

export interface NamedFile {
  readonly name: string;
  readonly content: string;
}

export type Call = readonly [name: string, given: readonly unknown[], named: Readonly<Record<string, unknown>>];

/**
 * Runs a program beside the file that it reads.
 *
 * @returns what matplotlib was asked, in order; undefined where there is no Python to run, which is said
 * @throws what the program complains of
 */
export function recordedCalls(json: NamedFile, python: NamedFile): readonly Call[] | undefined {
  return inFolder((folder) => {
    const library = join(folder, "library/matplotlib");
    mkdirSync(library, { recursive: true });
    writeFileSync(join(library, "__init__.py"), RECORDING);
    writeFileSync(
      join(library, "pyplot.py"),
      `from matplotlib import Recorder, show\nsubplots = Recorder("plt.subplots")\n`,
    );
    for (const [module, names] of Object.entries(MODULES)) {
      const made = names.map((name) => `${name} = Recorder("${name}")\n`).join("");
      writeFileSync(join(library, `${module}.py`), `from matplotlib import Recorder\n${made}`);
    }
    const calls = join(folder, "calls.json");
    const env = { PYTHONPATH: join(folder, "library"), CALLS: calls };
    if (!run(folder, [json, python], env)) return undefined;
    // NaN is no JSON
    return JSON.parse(readFileSync(calls, "utf8").replaceAll("NaN", "null")) as readonly Call[];
  });
}

/** PNG's first bytes. */
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

const PYTHON = process.env["PYTHON"] ?? "python3";

const versionOf = (code: string) => {
  const { status, stdout } = spawnSync(PYTHON, ["-c", code], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
};
const matplotlib = versionOf("import matplotlib; print(matplotlib.__version__)");

/** What draws the pictures of `drawByMatplotlib` here, for the name of a test; `PYTHON` names another Python. */
export const DRAWN_BY =
  matplotlib !== undefined
    ? `matplotlib ${matplotlib}`
    : versionOf("print()") !== undefined
      ? "a recorded matplotlib (none is installed)"
      : "nobody (there is no Python)";

/**
 * Has matplotlib itself draw, without a window; where there is none the recorded one, as `DRAWN_BY` says.
 *
 * @throws what the program complains of, or that no picture came of it
 */
export function drawByMatplotlib(json: NamedFile, python: NamedFile): void {
  if (matplotlib === undefined) {
    recordedCalls(json, python);
    return;
  }
  inFolder((folder) => {
    const saving = { ...python, content: python.content.replace("plt.show()", `plt.savefig("drawn.png")`) };
    // what matplotlib only warns of, as a glyph or room that it lacks, is a picture that is wrong
    run(folder, [json, saving], { MPLBACKEND: "Agg", MPLCONFIGDIR: folder, PYTHONWARNINGS: "error::UserWarning" });
    const drawn = readFileSync(join(folder, "drawn.png"));
    if (!drawn.subarray(0, PNG.length).equals(PNG)) throw new Error("no PNG was drawn");
  });
}

function inFolder<Found>(act: (folder: string) => Found): Found {
  const folder = mkdtempSync(join(tmpdir(), "notebook-"));
  try {
    return act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @returns false where there is no Python, which is said */
function run(folder: string, files: readonly NamedFile[], env: Readonly<Record<string, string>>): boolean {
  for (const { name, content } of files) writeFileSync(join(folder, name), content);
  const { error, stderr, status } = spawnSync(PYTHON, [files.at(-1)!.name], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (error) {
    process.stdout.write("no Python here: the notebook's program was not run\n");
    return false;
  }
  if (status !== 0) throw new Error(`the program ended with ${status}: ${stderr}`);
  return true;
}

import { MAX_WIDTH_PX } from "#charts/chain/chain-curves.ts";
import { MAX_ROWS } from "#charts/chain/chain-places.ts";
import { PROMOTED, notebookHead } from "./notebook.ts";

/** CSS pixels to a point, in which matplotlib has widths. */
const POINTS_PER_PX = 0.75;

/**
 * A program that draws a chain, or two of them below each other, from its JSON: depth from left to right, positions as rows, edges as wide as
 * their share, blue towards and red and dashed against where the receiver stands, and the prediction's bars beside it.
 *
 * @param file the name of the JSON
 */
export const chainNotebook = (file: string): string => `${notebookHead("The chain", file, [
  "import re",
  "from matplotlib.patches import PathPatch",
  "from matplotlib.path import Path",
])}
# where the column of each kind begins, and how far its layers reach to the right
COLUMNS = {
    "embedding": (0, 0),
    "shallow-neuron": (1, 0.6),
    "attention-layer": (2.5, 0.5),
    "head": (3.9, 0),
    "deep-neuron": (4.9, 1.6),
    "prediction": (7.6, 0),
}
FOR, AGAINST, UNSIZED = "#2166ac", "#b2182b", "#6b6b6b"
WIDEST, THINNEST = ${MAX_WIDTH_PX * POINTS_PER_PX}, ${0.75 * POINTS_PER_PX}
# of a longer prompt only rows that something stands in or reads are drawn
MOST_ROWS = ${MAX_ROWS}


def known(value):
    return value not in ("", None)


def layer_of(node):
    layer = re.match(r"L(\\d+)", node["name"])
    return int(layer[1]) if layer else -1


def by_depth(node):
    return layer_of(node), -abs(node["increase"] if known(node["increase"]) else 0)


def places(nodes, positions):
    """Where rows and nodes stand: nodes of one kind and position as a stack, the deeper further down and to the right."""
    stacks = {}
    for node in sorted(nodes, key=by_depth):
        stacks.setdefault((node["position"], node["kind"]), []).append(node)
    middles, below = {}, 0
    for position in sorted(positions):
        height = max([1, *(len(stack) for (at, _), stack in stacks.items() if at == position)])
        middles[position] = below + height / 2
        below += height
    at = {}
    for (position, kind), stack in stacks.items():
        start, reach = COLUMNS[kind]
        layers = sorted({layer_of(node) for node in stack})
        for place, node in enumerate(stack):
            depth = layers.index(layer_of(node)) / max(1, len(layers) - 1)
            at[node["name"]] = (start + reach * depth, middles[position] + place - (len(stack) - 1) / 2)
    return middles, at


def strengths(edges, limit):
    """0 to 1: shares of what the receiver gets, else of the largest of the kind; increases in shares of the limit."""
    largest = {"promotes": limit}
    for edge in edges:
        if edge["kind"] != "promotes" and known(edge["claimed"]):
            largest[edge["kind"]] = max(largest.get(edge["kind"], 0), abs(edge["claimed"]))

    def strength(edge):
        if known(edge["share"]):
            return min(1, edge["share"] * (edge["place_share"] if known(edge["place_share"]) else 1))
        most = largest.get(edge["kind"], 0)
        return min(1, abs(edge["claimed"]) / most) if known(edge["claimed"]) and most else 0

    return [strength(edge) for edge in edges]


def draw_chain(axes, rows, tokens, limit):
    nodes = [row for row in rows if row["record"] == "node"]
    edges = [row for row in rows if row["record"] == "edge"]
    positions = {row["position"] for row in nodes + edges if known(row["position"])}
    if len(tokens) <= MOST_ROWS:
        positions |= set(range(len(tokens)))
    middles, at = places(nodes, positions)
    for edge, strength in zip(edges, strengths(edges, limit)):
        if edge["name"] not in at or edge["to"] not in at:
            continue
        (x, y), (to_x, to_y) = at[edge["name"]], at[edge["to"]]
        bend = max(0.3, abs(to_x - x) / 2)
        curve = Path(
            [(x, y), (x + bend, y), (to_x - bend, to_y), (to_x, to_y)],
            [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
        )
        is_sized = known(edge["claimed"])
        is_off = edge["name"] in OFF or edge["to"] in OFF
        is_faint = is_off or (is_sized and strength < found["least_share"])
        axes.add_patch(
            PathPatch(
                curve,
                fill=False,
                edgecolor=UNSIZED if not is_sized else FOR if edge["claimed"] >= 0 else AGAINST,
                linestyle=":" if not is_sized else "-" if edge["claimed"] >= 0 else "--",
                linewidth=max(THINNEST, WIDEST * strength),
                alpha=0.13 if is_faint else 0.62,
            )
        )
    for node in nodes:
        number = node["increase"] if node["kind"] == "deep-neuron" else node["effect"]
        words = " ".join(str(node["promotes"]).split()[:${PROMOTED}])
        lines = [node["name"] + (f"  {number:.2f}" if known(number) else ""), words]
        axes.text(
            *at[node["name"]],
            plain("\\n".join(line for line in lines if line)),
            ha="center",
            va="center",
            fontsize=7,
            color="#9a9a9a" if node["name"] in OFF else "#1d1f21",
            bbox={"boxstyle": "round", "facecolor": "white", "edgecolor": "#9a9a9a"},
        )
    texts = [tokens[position] if position < len(tokens) else str(position) for position in middles]
    axes.set_yticks(list(middles.values()), [plain(text) for text in texts])
    axes.set_xticks([])
    axes.set_xlim(-0.6, 8.2)
    axes.set_ylim(max([0, *(y for _, y in at.values())]) + 1, -0.5)


def draw_prediction(axes, rows, names):
    tokens = [row for row in rows if row["record"] == "token"]
    if not tokens:
        axes.axis("off")
        return
    for offset, column, colour, name in ((-0.2, "before", "#a9aaa6", names[0]), (0.2, "after", "#2b2e31", names[1])):
        shares = [row[column] if known(row[column]) else 0 for row in tokens]
        axes.barh([place + offset for place in range(len(tokens))], shares, height=0.4, color=colour, label=name)
    axes.set_yticks(range(len(tokens)), [plain(row["name"]) for row in tokens])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("probability")
    axes.legend(fontsize=7)


# what is named by itself; an attention layer is off where all its heads are, which no name says
changes = found["interventions"] if found["interventions"] != "none" else []
OFF = {change.split("*")[0] for change in changes if change.endswith("*0")}
chains = {}
for row in found["rows"]:
    chains.setdefault(row["chain"], {}).setdefault(row["run"], []).append(row)
# increases are in shares of the largest of the clean runs, so that two chains have one scale
limit = max(
    [
        abs(row["claimed"])
        for runs in chains.values()
        for row in runs.get("clean") or runs["changed"]
        if row["kind"] == "promotes" and known(row["claimed"])
    ],
    default=0,
) or 1

figure, grid = plt.subplots(
    len(chains), 2, squeeze=False, layout="constrained", width_ratios=[6, 1], figsize=(14, 6 * len(chains))
)
prompts = [found["tokens"], found.get("beside", {}).get("tokens", [])]
for (flow, bars), (title, runs), tokens in zip(grid, chains.items(), prompts):
    rows = runs.get("changed") or runs["clean"]
    draw_chain(flow, rows, tokens, limit)
    draw_prediction(bars, rows, found["bars"].get(title, ["before", "after"]))
    flow.set_title(plain(title), loc="left")
figure.suptitle(plain(found["title"]), wrap=True)
plt.show()
`;

import { LINEAR_SHARE } from "#charts/colour.ts";
import { LEAST_LIMIT_NATS } from "#charts/maps/heatmap.ts";
import { notebookHead } from "./notebook.ts";

/**
 * A program that draws one map of heads, or two beside each other, from its JSON, as the page does: a cell for each head, a row for each layer with
 * L0 at the top, blue above 0 and red below, and beside each row the sum of its effects. Two maps have one scale of colours and one of sums.
 *
 * @param file the name of the JSON
 */
export const headsNotebook = (file: string): string => `${notebookHead("The map of heads", file, [
  "import math",
  "from matplotlib.colors import Normalize, SymLogNorm",
])}
rows = found["rows"]
layers = 1 + max(row["layer"] for row in rows)
heads = 1 + max(row["index"] for row in rows)
# one map, or two by their titles; what has not been computed is null
maps = {}
for row in rows:
    effects = maps.setdefault(row.get("map", ""), [[math.nan] * heads for _ in range(layers)])
    if row["effect"] is not None:
        effects[row["layer"]][row["index"]] = row["effect"]
# not a number where a head of the row is not known: the sum of the others is not the row's
sums = {title: [sum(row) for row in effects] for title, effects in maps.items()}


def known(tables):
    return [number for numbers in tables for number in numbers if not math.isnan(number)]


limit = max([${LEAST_LIMIT_NATS}, *map(abs, known(row for effects in maps.values() for row in effects))])
if found["colours"] == "log":
    norm = SymLogNorm(linthresh=limit * ${LINEAR_SHARE}, vmin=-limit, vmax=limit)
else:
    norm = Normalize(vmin=-limit, vmax=limit)
totals = known(sums.values())
longest = 1.05 * max([limit, *map(abs, totals)])

figure, axes = plt.subplots(
    1,
    2 * len(maps),
    sharey=True,
    layout="constrained",
    width_ratios=[4, 1] * len(maps),
    figsize=(2 + 7 * len(maps), 1.5 + 0.35 * layers),
)
for place, (title, effects) in enumerate(maps.items()):
    cells, bars = axes[2 * place], axes[2 * place + 1]
    # what is not known shows the ground
    cells.patch.set(hatch="///", facecolor="white", edgecolor="#d0d0d0")
    image = cells.imshow(effects, cmap="RdBu", norm=norm, aspect="auto")
    cells.set_xticks(range(heads))
    cells.set_xlabel("head")
    if title:
        cells.set_title(plain(title))
    bars.barh(range(layers), sums[title], color=["#b2182b" if total < 0 else "#2166ac" for total in sums[title]])
    bars.set_xlim(-longest if any(total < 0 for total in totals) else 0, longest)
    bars.set_xlabel("sum, nats")
axes[0].set_yticks(range(layers), [f"L{layer}" for layer in range(layers)])
axes[0].set_ylabel("layer")
figure.colorbar(image, ax=list(axes), fraction=0.05, pad=0.02, label="effect, nats")
figure.suptitle(plain(found["title"]), wrap=True)
plt.show()
`;

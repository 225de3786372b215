import { LINEAR_SHARE } from "#charts/colour.ts";
import { LEAST_LIMIT_NATS } from "#charts/maps/heatmap.ts";
import { notebookHead } from "./notebook.ts";

/**
 * A program that draws a map of heads from its JSON, as the page does: a cell for each head, a row for each layer with L0 at the top, blue above 0
 * and red below, and beside each row the sum of its effects.
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
# what has not been computed is null, and stays blank
effects = [[math.nan] * heads for _ in range(layers)]
for row in rows:
    if row["effect"] is not None:
        effects[row["layer"]][row["index"]] = row["effect"]

known = [effect for row in effects for effect in row if not math.isnan(effect)]
limit = max([${LEAST_LIMIT_NATS}, *map(abs, known)])
if found["colours"] == "log":
    norm = SymLogNorm(linthresh=limit * ${LINEAR_SHARE}, vmin=-limit, vmax=limit)
else:
    norm = Normalize(vmin=-limit, vmax=limit)

figure, (cells, sums) = plt.subplots(
    1, 2, sharey=True, layout="constrained", width_ratios=[4, 1], figsize=(9, 1.5 + 0.35 * layers)
)
image = cells.imshow(effects, cmap="RdBu", norm=norm, aspect="auto")
cells.set_xticks(range(heads))
cells.set_yticks(range(layers), [f"L{layer}" for layer in range(layers)])
cells.set_xlabel("head")
cells.set_ylabel("layer")
totals = [sum(effect for effect in row if not math.isnan(effect)) for row in effects]
sums.barh(range(layers), totals, color=["#2166ac" if total >= 0 else "#b2182b" for total in totals])
sums.set_xlabel("sum, nats")
figure.colorbar(image, ax=cells, label="effect, nats")
figure.suptitle(plain(found["title"]), wrap=True)
plt.show()
`;

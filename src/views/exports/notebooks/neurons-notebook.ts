import { PROMOTED, notebookHead } from "./notebook.ts";

/**
 * A program that draws a list of neurons from its JSON, in the file's order: a row for each, its increase and its activation as bars, of a
 * comparison both of them twice.
 *
 * @param file the name of the JSON
 */
export const neuronsNotebook = (file: string): string => `${notebookHead("The neurons", file, ["import math"])}
rows = found["rows"]
if rows and "change" in rows[0]:
    # a comparison: each number of two runs
    names = ("base", "adapted") if found["variant"] == "base against adapted" else ("before", "after")
    runs = list(zip(names, ("_before", "_after"), ("#2166ac", "#9ecae1")))
else:
    runs = [("as it is", "", "#2166ac")]


def numbers(column):
    """What is not known is null, and has no bar."""
    return [math.nan if row[column] is None else row[column] for row in rows]


def promoted(row):
    return " ".join(row["promotes"].split()[:${PROMOTED}])


figure, (increases, activations) = plt.subplots(
    1, 2, sharey=True, layout="constrained", width_ratios=[3, 2], figsize=(10, 1.5 + 0.4 * len(rows))
)
height = 0.8 / len(runs)
for place, (name, run, colour) in enumerate(runs):
    at = [row + (place - (len(runs) - 1) / 2) * height for row in range(len(rows))]
    increases.barh(at, numbers("increase" + run), height=height, color=colour, label=name)
    activations.barh(at, numbers("activation" + run), height=height, color=colour)
increases.set_yticks(range(len(rows)), [plain(f"{row['neuron']}  {promoted(row)}") for row in rows])
increases.invert_yaxis()
for axes, label in ((increases, "increase, nats"), (activations, "activation")):
    axes.axvline(0, color="#6b6b6b", linewidth=0.8)
    axes.set_xlabel(label)
if len(runs) > 1:
    increases.legend()
figure.suptitle(plain(found["title"]), wrap=True)
plt.show()
`;

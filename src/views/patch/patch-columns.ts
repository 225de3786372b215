import type { PatchMap } from "#protocol/patching.ts";
import type { PatchCell } from "#state/link/patch/patch-claims.ts";
import { measure, plain } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { metricText, placeText, plainMetric } from "./patch-words.ts";

/** Columns of the patches of a map. */
export const patchColumns = (map: PatchMap): readonly Column<PatchCell>[] => [
  { ...plain({ label: "patched", key: "part" }, ({ name }) => name), show: (cell) => placeText(map, cell) },
  plain({ key: map.site === "post" ? "neuron" : "layer" }, ({ row }) => row),
  plain({ key: map.site === "z" ? "head" : "position" }, ({ col }) => col),
  measure({ label: "value", key: "value" }, "decimals", ({ value }) => value),
  {
    ...measure({ label: metricText(map), key: "metric" }, "figures", ({ raw }) => raw),
    plainly: { label: "the answer", isNumber: false, show: ({ raw }) => plainMetric(map, raw) },
  },
];

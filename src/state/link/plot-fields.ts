import { parseHead, parseNeuron } from "#model/ids.ts";
import { DEFAULT_PLOT, OPERATIONS, PLOT_SIZES, QUANTITIES } from "../lab/forms.ts";
import type { PlotForm } from "../lab/forms.ts";
import { readCount } from "./link-values.ts";
import type { Field } from "./link-values.ts";

const MOST = Math.max(...PLOT_SIZES);
const upToMost = (count: number | undefined) => (count !== undefined && count <= MOST ? count : undefined);

/** What the lab plots over operands, as a link has it: what is as it first stands is left out, except for what is plotted. */
export const PLOT_FIELDS: readonly Field[] = [
  {
    key: "plq",
    decides: "question",
    needs: `one of ${QUANTITIES.join(", ")}`,
    write: ({ plot }) => plot?.quantity,
    read: (text) =>
      chosen(
        "quantity",
        QUANTITIES.find((known) => known === text),
      ),
  },
  {
    key: "plp",
    decides: "question",
    needs: "a head or a neuron, as L0H7 or L4N425",
    write: ({ plot }) => plot?.part || undefined,
    read: (text) => chosen("part", (parseHead(text) ?? parseNeuron(text)) ? text : undefined),
  },
  {
    key: "plo",
    decides: "question",
    needs: `one of ${OPERATIONS.join(", ")}`,
    write: ({ plot }) => changed(plot, "operation"),
    read: (text) =>
      chosen(
        "operation",
        OPERATIONS.find((known) => known === text),
      ),
  },
  {
    key: "plt",
    decides: "question",
    needs: "a prompt with {a} and {b} in the operands’ places",
    write: ({ plot }) => changed(plot, "template"),
    read: (text) => chosen("template", text || undefined),
  },
  {
    key: "pln",
    decides: "question",
    needs: `the largest operand, a whole number from 0 to ${MOST}`,
    write: ({ plot }) => changed(plot, "to"),
    read: (text) => chosen("to", upToMost(readCount(text))),
  },
];

const changed = (plot: Partial<PlotForm> | undefined, name: keyof PlotForm) =>
  plot?.[name] === undefined || plot[name] === DEFAULT_PLOT[name] ? undefined : String(plot[name]);

const chosen = <Name extends keyof PlotForm>(name: Name, value: PlotForm[Name] | undefined) =>
  value === undefined ? undefined : { plot: { [name]: value } };

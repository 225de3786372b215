import { Exports } from "../../exports/Exports.tsx";
import { useFigure } from "../../exports/use-figure.ts";
import { headsFigure } from "../heads-figure.ts";

/** The map or look as it leaves the page; on its own, as a pointer over the maps sets off whoever follows the figure. */
export const HeadsExports = () => <Exports drawn={useFigure(headsFigure).drawn} />;

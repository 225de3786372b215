import { Exports } from "../../exports/Exports.tsx";
import { useFigure } from "../../exports/use-figure.ts";
import { headsFigure } from "../heads-figure.ts";

export const HeadsExports = () => <Exports drawn={useFigure(headsFigure).drawn} />;

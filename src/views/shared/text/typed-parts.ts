import { laterModule } from "../later.tsx";

/** What reads the names of heads and neurons, once somebody has typed one. */
export const typedParts = laterModule(() => import("#state/parts.ts"));

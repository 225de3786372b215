import type { ExperimentKind, ResultFor } from "#protocol/experiments.ts";
import type { ExperimentPage } from "./experiment-page.ts";
import { adapters } from "./pages/adapters.tsx";
import { bias } from "./pages/bias.tsx";
import { concepts } from "./pages/concepts.tsx";
import { heads } from "./pages/heads.tsx";
import { helix } from "./pages/helix.tsx";
import { heuristics } from "./pages/heuristics.tsx";
import { memorise } from "./pages/memorise.tsx";
import { neurons } from "./pages/neurons.tsx";
import { patching } from "./pages/patching.tsx";
import { pruning } from "./pages/pruning.tsx";
import { stages } from "./pages/stages.tsx";

/** What the page shows of each experiment. */
export const PAGES: { readonly [Kind in ExperimentKind]: ExperimentPage<Kind> } = {
  heads,
  memorise,
  neurons,
  concepts,
  bias,
  patching,
  pruning,
  adapters,
  stages,
  heuristics,
  helix,
};

/** The page of a result of any kind. */
export const pageOf = <Kind extends ExperimentKind>({ kind }: ResultFor<Kind>) =>
  PAGES[kind as Kind] as unknown as ExperimentPage<Kind, ResultFor<ExperimentKind>>;

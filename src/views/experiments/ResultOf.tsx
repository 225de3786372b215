import type { ExperimentResult } from "#protocol/experiments.ts";
import { AdaptersResult } from "./AdaptersResult.tsx";
import { BiasResult } from "./BiasResult.tsx";
import { ConceptsResult } from "./ConceptsResult.tsx";
import { HeadsResult } from "./HeadsResult.tsx";
import { MemoriseResult } from "./MemoriseResult.tsx";
import { NeuronsResult } from "./NeuronsResult.tsx";
import { PruningResult } from "./PruningResult.tsx";

/** A result as its kind is drawn. */
export function ResultOf({ result }: { readonly result: ExperimentResult }) {
  switch (result.kind) {
    case "heads":
      return <HeadsResult result={result} />;
    case "memorise":
      return <MemoriseResult result={result} />;
    case "concepts":
      return <ConceptsResult result={result} />;
    case "neurons":
      return <NeuronsResult result={result} />;
    case "bias":
      return <BiasResult result={result} />;
    case "pruning":
      return <PruningResult result={result} />;
    case "adapters":
      return <AdaptersResult result={result} />;
    default:
      throw new Error(`experiment: unknown kind ${String(result satisfies never)}`);
  }
}

import { offerAdapters } from "#state/experiments/adapter-set.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import { model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";

/** The folder beside a shipped model that has adapters over it in it, and a list of them. */
const ADAPTERS = "adapters/";

/** The shipped models that have such a folder: of the others a person who loads them asks for nothing that is not there. */
export const WITH_ADAPTERS: ReadonlySet<string> = new Set(["abacus-2"]);

/**
 * Offers the adapters that come with the shipped models: of one as soon as it answers, of all to the experiment that is about a set of
 * them. Nobody else asks for a list.
 *
 * @returns what ends it
 */
export function readAdaptersOnceWanted(models: readonly ModelChoice[]): () => void {
  const asked = new Set<string>();
  const want = (wanted: readonly ModelChoice[]) => {
    for (const { source } of wanted) {
      if (source.kind !== "url" || asked.has(source.base)) continue;
      const { base } = source;
      asked.add(base);
      void readAdapters(base)
        .then((list) => offerAdapters(base, list))
        // without a network there is nothing to offer; the field for an address stays
        .catch(() => asked.delete(base));
    }
  };
  const look = () => {
    const { info } = model.getState();
    if (experimentForm.getState().kind === "adapters") want(models);
    else want(models.filter((known) => WITH_ADAPTERS.has(known.id) && isAt(known, info?.source.name)));
  };
  const ends = [
    experimentForm.subscribe(look),
    model.subscribe((now, last) => {
      if (now.info !== last.info) look();
    }),
  ];
  look();
  return () => {
    for (const end of ends) end();
  };
}

const isAt = ({ source }: ModelChoice, address: string | undefined) => source.kind === "url" && source.base === address;

/** The adapters that come with the model at an address of the page; none where there is no list of them. */
async function readAdapters(base: string): Promise<readonly ModelChoice[]> {
  const folder = new URL(ADAPTERS, base);
  const response = await fetch(new URL("index.json", folder));
  // a static host may answer what is missing with a page of its own
  if (!response.ok || !response.headers.get("content-type")?.includes("json")) return [];
  const { adapters } = (await response.json()) as { readonly adapters: readonly string[] };
  return adapters.map((name) => {
    const { href } = new URL(`${name}/`, folder);
    return { id: href, source: { kind: "url", base: href } };
  });
}

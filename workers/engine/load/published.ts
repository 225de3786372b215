import { Fault } from "#core/fault.ts";
import type { LoadedModel } from "./load-model.ts";

/** The models that come with the page. */
export interface Published {
  /** The folder of the one that a graphics processor proves itself on, an address. */
  readonly caseAt: string;
  /** What each contains, by its folder's address. */
  readonly contents: ReadonlyMap<string, string>;
}

/** Number of a hash's characters that a sentence shows, as links do. */
const SHOWN = 12;

/**
 * Numbers of a damaged model look like numbers.
 *
 * @throws Fault "damaged-file" for a model that is not the one published under its address
 */
export function refuseOther({ identity, content }: Pick<LoadedModel, "identity" | "content">, wanted: string): void {
  if (content === wanted) return;
  throw new Fault(
    "damaged-file",
    `${identity.name}: what came is not the model that this page was published with: its content is ${content.slice(0, SHOWN)}…, ${wanted.slice(0, SHOWN)}… is needed. It was changed on the host or on the way; “Try again” reads it from the host, past what this browser keeps`,
  );
}

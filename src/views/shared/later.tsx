import { lazy, Suspense } from "react";
import type { ComponentType, ReactNode } from "react";
import { Guard } from "./Guard.tsx";

/** What brings each part of the page that the first look does without. */
const known: (() => Promise<unknown>)[] = [];

/**
 * A component whose module comes when it is drawn.
 *
 * @returns with it `renew`, after which a module that did not arrive is asked for again: React keeps what a lazy component came to
 */
export function later<Props extends object = object>(load: () => Promise<ComponentType<Props>>) {
  known.push(load);
  const fresh = () => lazy(async () => ({ default: await load() }));
  let Current = fresh();
  return {
    Panel: (props: Props) => <Current {...props} />,
    renew() {
      Current = fresh();
    },
  };
}

/**
 * A component as `later` has it, with what stands in its place: nothing or a quiet placeholder while it comes, a sentence with a way on where it does not.
 *
 * @param what it is, in that sentence
 */
export function laterPart<Props extends object = object>(
  what: string,
  load: () => Promise<ComponentType<Props>>,
  placeholder: ReactNode = null,
) {
  const { Panel, renew } = later(load);
  return (props: Props) => (
    <Guard what={what} onAgain={renew}>
      <Suspense fallback={placeholder}>
        <Panel {...props} />
      </Suspense>
    </Guard>
  );
}

/** A module that is asked for when somebody does what needs it. */
export function laterModule<Module>(load: () => Promise<Module>): () => Promise<Module> {
  known.push(load);
  return load;
}

/** Fetches all of it while nobody waits for it, so that what is opened is there at once and also without a network. */
export const fetchLater = () => void Promise.allSettled(known.map((load) => load()));

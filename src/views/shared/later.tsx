import { lazy } from "react";
import type { ComponentType } from "react";

/**
 * A component whose module comes when it is drawn.
 *
 * @returns with it `renew`, after which a module that did not arrive is asked for again: React keeps what a lazy component came to
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  const fresh = () => lazy(async () => ({ default: await load() }));
  let Current: ComponentType<Props> = fresh();
  return {
    load,
    Panel: (props: Props) => <Current {...props} />,
    renew() {
      Current = fresh();
    },
  };
}

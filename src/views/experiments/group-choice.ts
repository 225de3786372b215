import type { Choice, Chosen } from "./experiment-page.ts";

/** A result that is of several groups. */
interface Grouped<Group extends { readonly name: string }> {
  readonly found: { readonly groups: readonly Group[] };
}

/** Which of a result's groups is shown, by buttons. */
export const groupChoice = <Result extends Grouped<{ readonly name: string }>>(
  label: string,
  written: (name: string) => string,
): Choice<Result> => ({
  name: "group",
  label,
  isOfButtons: true,
  options: ({ found }) => found.groups.map(({ name }) => [name, written(name)] as const),
});

/** The one that was chosen; undefined where nothing has been run. */
export const groupOf = <Group extends { readonly name: string }>(
  { found }: Grouped<Group>,
  chosen: Chosen,
): Group | undefined => found.groups.find(({ name }) => name === chosen["group"]) ?? found.groups[0];

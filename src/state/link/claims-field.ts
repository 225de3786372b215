import type { Claims, Finding } from "./finding.ts";
import { itemsOf, readList } from "./link-values.ts";
import type { Field } from "./link-values.ts";

/** The lists of numbers among what a finding claims. */
type ListName = { [K in keyof Claims]-?: NonNullable<Claims[K]> extends readonly unknown[] ? K : never }[keyof Claims];
type ItemOf<Name extends ListName> = NonNullable<Claims[Name]>[number];

interface ClaimsField<Name extends ListName> extends Pick<Field, "key" | "needs" | "holdsSameAs"> {
  readonly name: Name;
  /** A claim, or a sentence about what it needs to be. */
  readonly read: (item: string) => ItemOf<Name> | string;
  /** Left out: links of this version have the same under another key. */
  readonly write?: (items: readonly ItemOf<Name>[]) => string | undefined;
}

/** A key of the link under which numbers stand to be checked. Those that cannot be read are told, and counted. */
export function claimsField<Name extends ListName>({
  name,
  read,
  write = () => undefined,
  ...field
}: ClaimsField<Name>): Field {
  return {
    ...field,
    decides: "claims",
    write: ({ expected }: Finding) => write(expected[name] ?? []),
    read(text, notice) {
      const items = readList(field.key, text, read, notice);
      const unread = itemsOf(text).length - items.length;
      return { expected: { ...(items.length > 0 && { [name]: items }), ...(unread > 0 && { unread }) } };
    },
  };
}

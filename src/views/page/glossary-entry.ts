/** A word of the field, for a student first and for a researcher behind it. */
export interface Entry {
  /** Its spellings, separated by commas. */
  readonly word: string;
  /** How else it stands at labels. */
  readonly also?: readonly string[];
  /** In running text it stands too often, or means something else as well: there it is no link to its sentence. */
  readonly isCommon?: true;
  /** What it is, to somebody who meets it here first. */
  readonly plain: string;
  /** What exactly is meant, with its formula. */
  readonly meaning: string;
}

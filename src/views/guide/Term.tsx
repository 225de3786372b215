import { GLOSSARY } from "../page/glossary.ts";
import { termIn, termsIn } from "./terms.ts";
import { Explained, Word } from "./Word.tsx";

export interface TermProps {
  readonly label: string;
  /** What exactly is meant here, in place of the glossary's; also where the glossary has no word for it. */
  readonly about?: string | undefined;
}

/** A label, with the sentence of the technical word in it. */
export function Term({ label, about }: TermProps) {
  const word = termIn(label);
  if (word === undefined) return about === undefined ? label : <Explained meaning={about}>{label}</Explained>;
  if (about === undefined) return <Word of={word} as={label} />;
  return (
    <Explained plain={GLOSSARY.find((entry) => entry.word === word)!.plain} meaning={about}>
      {label}
    </Explained>
  );
}

/** A running text whose technical words have their sentences, each where it stands first. */
export const Prose = ({ children }: { readonly children: string }) =>
  termsIn(children).map(({ text, word }, place) =>
    word === undefined ? text : <Word key={place} of={word} as={text} />,
  );

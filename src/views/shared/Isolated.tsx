import { Fragment } from "react";

const QUOTED = /(?<=“)[^“”]+(?=”)/gu;

/** A sentence that quotes others' texts: each “…” keeps its writing direction to itself. */
export function Isolated({ sentence }: { readonly sentence: string }) {
  const between = sentence.split(QUOTED);
  const quoted = sentence.match(QUOTED) ?? [];
  return between.map((text, place) => (
    // the places of quotations in one sentence are what names them
    <Fragment key={place}>
      {text}
      {quoted[place] !== undefined && <bdi>{quoted[place]}</bdi>}
    </Fragment>
  ));
}

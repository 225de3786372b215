/**
 * Where an increase is read, for whoever sees it as a factor: log p(target | residual before the part + what it writes) − log p(target | that
 * residual), both through the lens as if the model ended there. It is no effect: later layers may turn any of it round.
 */
export const READ_OFF = "read off at its layer, before later layers add to it or undo it";

/** The name of a part's increase on its card. */
export const increaseName = (isPlain: boolean) =>
  isPlain ? "what it says itself makes the answer, read off at its layer" : "log-probability increase";

/** The plain name of an increase at the head of a column. */
export const MAKES_THE_ANSWER = "makes the answer, read off at its layer";

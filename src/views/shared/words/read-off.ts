/**
 * Where an increase is read, for whoever sees it as a factor: log p(target | residual before the part + what it writes) − log p(target | that
 * residual), both through the lens as if the model ended there. It is no effect: later layers may turn any of it round.
 */
export const READ_OFF = "read off at its layer, before later layers add to it or undo it";

/** An increase of a part on its card. */
export const SAYS_ITSELF = "what it says itself makes the answer, read off at its layer";

/** The same at the head of a column. */
export const MAKES_THE_ANSWER = "makes the answer, read off at its layer";

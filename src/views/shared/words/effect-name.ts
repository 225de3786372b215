/** The plain name of a part's effect: at the head of a column, and on its card. */
export const WITHOUT_IT = "the answer without it";

/** The name of a part's effect on its card, where nothing else is ablated. */
export const effectName = (isPlain: boolean) => (isPlain ? WITHOUT_IT : "effect alone");

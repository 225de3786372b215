/** Behind `?`: the page shows one figure of the finding in its fragment, for another page to frame. */
export const EMBED_QUERY = "embed";

/** @param search as `location` has it */
export const isEmbedded = (search: string): boolean => new URLSearchParams(search).has(EMBED_QUERY);

/** Behind `?`: the page shows one figure of the finding in its fragment, for another page to frame. */
export const EMBED_QUERY = "embed";

/** @param search as `location` has it */
export const isEmbedded = (search: string): boolean => new URLSearchParams(search).has(EMBED_QUERY);

let framed = false;

/** Whether this page is such a frame, which asks for what its figure needs and no more. */
export const isFramed = () => framed;

/** Says whether this page is a frame: once, before anything is asked. */
export const setFramed = (is: boolean) => {
  framed = is;
};

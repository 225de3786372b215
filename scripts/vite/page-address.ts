/**
 * Where the build will lie, as PAGE_ADDRESS says it: whoever shows a pasted link asks for whole addresses, which a page that runs from any folder
 * does not know by itself.
 *
 * @returns the folder's address, which ends in `/`
 * @throws Error for what is no http(s) address
 */
export function pageAddress(written: string): string {
  if (!/^https?:$/.test(URL.parse(written)?.protocol ?? "")) {
    throw new Error(
      `PAGE_ADDRESS is “${written}”; it needs to be where the page will lie, as https://example.org/arithmoscope/`,
    );
  }
  return new URL(written.endsWith("/") ? written : `${written}/`).href;
}

import { dismiss, notify } from "#state/notices.ts";

/** Puts a link on the clipboard. @returns false where it could not: the link then stands in a notice, to be selected by hand */
export async function copyLink(address: string): Promise<boolean> {
  const isCopied = await putOnClipboard(address);
  if (isCopied) dismiss("clipboard");
  else notify("clipboard", `The browser does not let the page write to the clipboard. The link: ${address}`);
  return isCopied;
}

/** Puts a text on the clipboard. @returns whether the browser let the page do so */
export async function putOnClipboard(text: string): Promise<boolean> {
  try {
    // outside a secure context there is no clipboard at all, which the types do not know
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A fragment as an address of this page. */
export const addressOf = (fragment: string) => `${location.origin}${location.pathname}#${fragment}`;

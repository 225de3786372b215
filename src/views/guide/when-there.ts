/** Does something with a place of the page as soon as it is there. @returns what ends the wait */
export function whenThere(selector: string, act: (place: Element) => void): () => void {
  const changes = new MutationObserver(look);
  look();
  return () => changes.disconnect();

  function look(): void {
    const place = document.querySelector(selector);
    if (place) {
      changes.disconnect();
      act(place);
    } else changes.observe(document.body, { childList: true, subtree: true });
  }
}

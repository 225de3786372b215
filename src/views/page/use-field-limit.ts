import { useEffect } from "react";
import { grouped } from "#core/grouped.ts";
import { dismiss, notify } from "#state/notices.ts";

/** Limit of a field of one line: a browser lays the whole line out at every key. */
const MAX_CHARACTERS = 10_000;
const ABOUT = "field";

/** Fields of one line stay as they are where more is pasted than they take, and the page says so. */
export function useFieldLimit(): void {
  useEffect(() => {
    const onBeforeInput = (event: InputEvent) => {
      const field = event.target;
      if (!(field instanceof HTMLInputElement)) return;
      const put = event.data?.length ?? 0;
      if (field.value.length + put <= MAX_CHARACTERS) return dismiss(ABOUT);
      if (put === 0) return;
      event.preventDefault();
      notify(
        ABOUT,
        `The field “${nameOf(field)}” takes at most ${grouped(MAX_CHARACTERS)} characters; ${grouped(put)} more were left out.`,
      );
    };
    document.addEventListener("beforeinput", onBeforeInput);
    return () => document.removeEventListener("beforeinput", onBeforeInput);
  }, []);
}

const nameOf = (field: HTMLInputElement) =>
  field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent.trim() ?? field.name;

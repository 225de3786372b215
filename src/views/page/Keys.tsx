import { useFieldLimit } from "./use-field-limit.ts";
import { useShortcuts } from "./use-shortcuts.ts";

/** What keys do on the whole page, and how much a field takes of them. */
export function Keys() {
  useShortcuts();
  useFieldLimit();
  return null;
}

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { MOST_WHOLE, edited, isWhole, windowAround } from "./text-window.ts";
import type { TextWindow } from "./text-window.ts";

/** A field of several lines that stays quick whatever is put into it, with what its note says and does. */
export interface LongTextField {
  /** For the textarea. */
  readonly props: Pick<React.ComponentProps<"textarea">, "ref" | "value" | "onChange" | "onCopy" | "onCut">;
  readonly length: number;
  readonly window: TextWindow;
  readonly isWhole: boolean;
  /** Brings a place of the text into the field. */
  readonly show: (place: number) => void;
}

const isAllSelected = ({ selectionStart, selectionEnd, value }: HTMLTextAreaElement) =>
  value !== "" && selectionStart === 0 && selectionEnd === value.length;

/**
 * Keeps a text of any length in a textarea: a long one is shown in a window that follows the caret, and the rest is kept beside it. What is
 * pasted never enters the field where it is long, because the browser would lay it out at once.
 */
export function useLongText(text: string, onText: (text: string) => void): LongTextField {
  const host = useRef<HTMLTextAreaElement>(null);
  const [shown, setShown] = useState({ text, window: windowAround(text, 0) });
  // what came from elsewhere, as from a link, is shown from its beginning
  const window = shown.text === text ? shown.window : windowAround(text, 0);
  const caret = useRef<number>(undefined);
  const wasAllSelected = useRef(false);

  useLayoutEffect(() => {
    if (caret.current !== undefined) host.current?.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  });

  const edit = (value: string, place: number, isAll: boolean) => {
    const next = edited(text, window, { value, caret: place, isAll });
    const isMoved = next.text.slice(next.window.start, next.window.end) !== value;
    // the browser keeps the caret where it lies as long as the field has what it wrote there itself
    caret.current = isMoved || value !== host.current?.value ? next.caret : undefined;
    setShown(next);
    onText(next.text);
  };

  useEffect(() => {
    const field = host.current;
    const onBeforeInput = (event: InputEvent) => {
      const { value, selectionStart, selectionEnd } = event.currentTarget as HTMLTextAreaElement;
      wasAllSelected.current = isAllSelected(event.currentTarget as HTMLTextAreaElement);
      const put = event.data?.replace(/\r\n?/g, "\n");
      if (put === undefined || value.length + put.length <= MOST_WHOLE) return;
      event.preventDefault();
      const after = value.slice(0, selectionStart) + put + value.slice(selectionEnd);
      edit(after, selectionStart + put.length, wasAllSelected.current);
    };
    field?.addEventListener("beforeinput", onBeforeInput);
    return () => field?.removeEventListener("beforeinput", onBeforeInput);
  });

  const onCopy = (event: React.ClipboardEvent<HTMLTextAreaElement>) => {
    if (isWhole(text, window) || !isAllSelected(event.currentTarget)) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
    if (event.type === "cut") edit("", 0, true);
  };

  return {
    props: {
      ref: host,
      value: text.slice(window.start, window.end),
      onChange({ target }) {
        edit(target.value, target.selectionStart, wasAllSelected.current);
        wasAllSelected.current = false;
      },
      onCopy,
      onCut: onCopy,
    },
    length: text.length,
    window,
    isWhole: isWhole(text, window),
    show: (place) => setShown({ text, window: windowAround(text, place) }),
  };
}

// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { LongTextNote } from "./LongTextNote.tsx";
import { useLongText } from "./use-long-text.ts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const LONG = "3+5=".repeat(250_000);

const typed = createStore(() => ({ text: "" }));
const setText = (text: string) => typed.setState({ text });
let unmount: () => void;

function Field() {
  const field = useLongText(
    useStore(typed, ({ text }) => text),
    setText,
  );
  return (
    <>
      <textarea {...field.props} />
      <LongTextNote field={field} />
    </>
  );
}

beforeEach(() => {
  setText("9-4=");
  const root = createRoot(document.body.appendChild(document.createElement("div")));
  act(() => root.render(<Field />));
  unmount = () => act(() => root.unmount());
});
afterEach(() => {
  unmount();
  document.body.replaceChildren();
});

const text = () => typed.getState().text;
const area = () => document.querySelector("textarea")!;
const note = () => document.querySelector("[role=group] p")?.textContent;
const press = (name: string) =>
  act(() => [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name)!.click());

/** As a browser does: asks first, then writes over what is selected and tells. @returns whether it wrote */
function put(data: string, from: number, to: number): boolean {
  let isWritten = false;
  act(() => {
    const field = area();
    field.setSelectionRange(from, to);
    isWritten = field.dispatchEvent(new InputEvent("beforeinput", { data, bubbles: true, cancelable: true }));
    if (!isWritten) return;
    const written = field.value.slice(0, from) + data + field.value.slice(to);
    // past React's own watch over the value
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")!.set!.call(field, written);
    field.setSelectionRange(from + data.length, from + data.length);
    field.dispatchEvent(new InputEvent("input", { data, bubbles: true }));
  });
  return isWritten;
}

/** @returns what lies on the clipboard; undefined where that is the browser's own affair */
function copied(type: "copy" | "cut"): string | undefined {
  let clip: string | undefined;
  const event = Object.assign(new Event(type, { bubbles: true, cancelable: true }), {
    clipboardData: { setData: (_type: string, data: string) => (clip = data) },
  });
  act(() => void area().dispatchEvent(event));
  return clip;
}

test("a short text is all in the field, and the browser's own affair", () => {
  expect(put("7", 4, 4)).toBe(true);
  expect([text(), area().value, note()]).toEqual(["9-4=7", "9-4=7", undefined]);
  area().setSelectionRange(0, 5);
  expect(copied("copy")).toBeUndefined();
});

test("a million characters never enter the field as a whole, and typing goes on at the caret", () => {
  expect(put(LONG, 4, 4)).toBe(false);
  expect([text().length, area().value.length]).toEqual([1_000_004, 10_000]);
  expect(note()).toContain("characters 990,005 to 1,000,004 of 1,000,004;");
  expect(area().selectionStart).toBe(10_000);
  expect(put("7", 10_000, 10_000)).toBe(true);
  expect(text()).toBe(`9-4=${LONG}7`);
  expect(area().value.endsWith("=7")).toBe(true);
});

test("line breaks of other systems are those of the field", () => {
  put("3+5=\r\n".repeat(20_000), 0, 4);
  expect(text()).toBe("3+5=\n".repeat(20_000));
});

test("the buttons go through the text, and an edit is where it was made", () => {
  put(LONG, 0, 4);
  press("Start");
  expect(note()).toContain("characters 1 to 10,000 of 1,000,000;");
  put("8", 0, 0);
  expect(text().slice(0, 5)).toBe("83+5=");
  press("Later");
  expect(note()).toContain("characters 5,002 to 15,001 of 1,000,001;");
  press("End");
  press("Earlier");
  expect(note()).toContain("characters 985,002 to 995,001 of 1,000,001;");
});

test("what is done with all of the field is done with all of the text", () => {
  put(LONG, 0, 4);
  area().setSelectionRange(0, 10_000);
  expect(copied("copy")).toBe(LONG);
  put("3+5=", 0, 10_000);
  expect([text(), area().value, note()]).toEqual(["3+5=", "3+5=", undefined]);
  put(LONG, 0, 4);
  area().setSelectionRange(0, 10_000);
  expect(copied("cut")).toBe(LONG);
  expect([text(), area().value]).toEqual(["", ""]);
});

test("a text from elsewhere is shown from its beginning", () => {
  put(LONG, 0, 4);
  act(() => setText("6*7=".repeat(100_000)));
  expect(note()).toContain("characters 1 to 10,000 of 400,000;");
  act(() => setText("6*7="));
  expect([area().value, note()]).toEqual(["6*7=", undefined]);
});

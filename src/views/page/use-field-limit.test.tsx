// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { notices } from "#state/notices.ts";
import { useFieldLimit } from "./use-field-limit.ts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

function Form() {
  useFieldLimit();
  return (
    <>
      <label>
        <span>prompt</span>
        <input defaultValue="{a}+{b}=" />
      </label>
      <textarea aria-label="Prompt" />
    </>
  );
}

let unmount: () => void;
beforeEach(() => {
  notices.setState({ list: [] });
  const root = createRoot(document.body.appendChild(document.createElement("div")));
  act(() => root.render(<Form />));
  unmount = () => act(() => root.unmount());
});
afterEach(() => {
  unmount();
  document.body.replaceChildren();
});

/** @returns whether the browser would go on and write it */
const put = (selector: string, data: string | null) =>
  document
    .querySelector(selector)!
    .dispatchEvent(
      new InputEvent("beforeinput", { data, bubbles: true, cancelable: true, inputType: "insertFromPaste" }),
    );
const messages = () => notices.getState().list.map(({ message }) => message);

test("a field of one line leaves out what is too long for it, and says so until the next key", () => {
  expect(put("input", "3+5=".repeat(250_000))).toBe(false);
  expect(messages()).toEqual(["The field “prompt” takes at most 10,000 characters; 1,000,000 more were left out."]);
  expect(put("input", "7")).toBe(true);
  expect(messages()).toEqual([]);
});

test("what is taken away, and what goes into a field of several lines, is let through", () => {
  expect(put("input", null)).toBe(true);
  expect(put("textarea", "3+5=".repeat(250_000))).toBe(true);
  expect(messages()).toEqual([]);
});

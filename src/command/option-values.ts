import * as v from "valibot";

/** What an option's text stands for: the text itself where a text will do, else what it is as JSON. */
export function valueOf(text: string, field: v.GenericSchema): unknown {
  if (v.is(field, text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // refused with the field's own sentence
  }
}

/** `a, b` or a JSON list as a list. */
export function listOf(text: string): readonly unknown[] {
  if (text.trimStart().startsWith("[")) {
    const read = valueOf(text, v.array(v.unknown()));
    if (Array.isArray(read)) return read;
  }
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

/** Whether a field is set by being named. */
export const isFlag = (field: v.GenericSchema) => v.is(field, true) && !v.is(field, "text");

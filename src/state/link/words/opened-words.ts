import { model } from "../../model/model.ts";
import { question } from "../../question.ts";
import { asksTheSame } from "../checking/asks-the-same.ts";
import { opened } from "../opened.ts";
import { wordsOf } from "./finding-words.ts";
import type { FindingWords } from "./finding-words.ts";

/** The words of the opened finding, as long as the page asks what it asked. */
export function openedWords(): FindingWords {
  const { finding } = opened.getState();
  return finding && asksTheSame(finding, question.getState(), model.getState().choice?.id) ? wordsOf(finding) : {};
}

import { grouped } from "#core/grouped.ts";
import { currentFinding } from "./claims.ts";
import type { Finding } from "./finding.ts";
import { quote } from "./link-values.ts";
import type { ModelChoice } from "../model/model.ts";
import { dismiss, notify } from "../notices.ts";
import { openFinding } from "./open-finding.ts";
import { openFirstLook } from "./opened.ts";
import { MAX_READ_CHARACTERS, decodeFinding, encodeFinding, linkedCharacters, readableFragment } from "./permalink.ts";

/**
 * Restores all that a link holds; see `openFinding`.
 *
 * @param fragment with or without its "#"; "" is the page's first look
 * @param isModelChosen a person or a script chose a model since the link was called, and that one stays
 */
export function openLink(fragment: string, shipped: readonly ModelChoice[], isModelChosen = false): void {
  const text = fragment.replace(/^#/, "");
  if (text === "") {
    openFirstLook(shipped);
    return;
  }
  const { finding, notices, isNothing } = decodeFinding(text);
  if (isNothing) {
    // what a person chose meanwhile stays
    if (!isModelChosen) openFirstLook(shipped);
    // of one that is too long, which is said, nobody knows what could be read
    if (text.length <= MAX_READ_CHARACTERS)
      notices.push(`${quote(text)} has no part that can be read; nothing of it was opened`);
  } else openFinding(finding, shipped, isModelChosen);
  if (notices.length > 0) notify("link", asOneNotice(notices));
}

/** Sentences as one notice: each names its area, the notice names it once. */
const asOneNotice = (sentences: readonly string[]) =>
  `link: ${sentences.map((sentence) => sentence.replace(/^link: /, "")).join(". ")}`;

let isTooLong = false;

/**
 * The fragment for the address bar: what is shown, and the claims of the opened link while they still apply. Texts that no link can carry are
 * left out, which is said once.
 */
export function currentFragment(): string | undefined {
  const finding = currentFinding(false);
  if (!finding) return undefined;
  const fragment = readableFragment(finding);
  const wasTooLong = isTooLong;
  isTooLong = fragment === undefined;
  if (isTooLong && !wasTooLong) notify("address", tooLongSentence(finding));
  if (!isTooLong && wasTooLong) dismiss("address");
  return fragment ?? encodeFinding(withoutTexts(finding));
}

/** A target, claims and what is said of them are about a prompt, and go with it. */
function withoutTexts({
  target: _target,
  ablationSource: _ablationSource,
  patch: _patch,
  title: _title,
  note: _note,
  ...others
}: Finding): Finding {
  return { ...others, prompt: "", expected: {} };
}

const tooLongSentence = (finding: Finding) =>
  `What is asked is too long for a link: its texts have ${grouped(linkedCharacters(finding))} characters, and a link of at most ${grouped(MAX_READ_CHARACTERS)} is read, escapes included. The address leaves them out; a reload begins without them.`;

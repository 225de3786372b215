import { grouped } from "#core/grouped.ts";
import type { Finding } from "#state/link/finding.ts";
import { MAX_LINK_CHARACTERS, MAX_READ_CHARACTERS, readableFragment } from "#state/link/permalink.ts";
import { sharedFinding } from "#state/link/shared-link.ts";
import { dismiss, notify } from "#state/notices.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { addressOf, copyLink } from "../shared/copy-link.ts";
import { tokenText } from "../shared/words/token-text.ts";

// what was said of the last copy is not true of another question or answer
question.subscribe(forget);
results.subscribe(({ prediction: before, predictionAblated: after }, last) => {
  if (before.answers !== last.prediction.answers || after.answers !== last.predictionAblated.answers) forget();
});

function forget(): void {
  dismiss("copy");
  dismiss("copy length");
}

/** Copies a link to what is shown, with its numbers. @returns whether it was copied; where not, a notice says why */
export async function copyFinding(): Promise<boolean> {
  const shared = sharedFinding();
  if (!shared) {
    notify("copy", "There is no finding to link to: this prompt has no answer, and no other was asked before.");
    return false;
  }
  if (shared.isEarlier) notify("copy", earlierSentence(shared.finding));
  else dismiss("copy");
  const fragment = readableFragment(shared.finding);
  if (fragment === undefined) {
    notify("copy", TOO_LONG);
    return false;
  }
  if (fragment.length > MAX_LINK_CHARACTERS) notify("copy length", longSentence(fragment.length));
  else dismiss("copy length");
  return copyLink(addressOf(fragment));
}

export const TOO_LONG = `This finding is too long for a link: at most ${grouped(MAX_READ_CHARACTERS)} characters are read.`;

export const earlierSentence = ({ prompt, model: of }: Finding) =>
  `What is asked now has no answer yet: the link is of what is shown, “${tokenText(prompt)}” in ${of}.`;

export const longSentence = (characters: number) =>
  `The link has ${grouped(characters)} characters; mail programs and chats may cut one of more than ${grouped(MAX_LINK_CHARACTERS)}.`;

import { useEffect, useState } from "react";
import { grouped } from "#core/grouped.ts";
import { useStore } from "zustand";
import { THEME_AFTER, setHelpOpen, setTheme, view } from "#state/view.ts";
import { model } from "#state/model/model.ts";
import { dismiss, notify } from "#state/notices.ts";
import type { Finding } from "#state/link/finding.ts";
import { MAX_LINK_CHARACTERS, MAX_READ_CHARACTERS, readableFragment } from "#state/link/permalink.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { sharedFinding } from "#state/link/shared-link.ts";
import { addressOf } from "../exports/Exports.tsx";
import { copyLink } from "../shared/copy-link.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { ModelMenu } from "./ModelMenu.tsx";
import { VariantSwitch } from "./VariantSwitch.tsx";
import "./header.css";

const COPIED_MS = 2_000;

export function PageHeader() {
  return (
    <header className="page-header">
      <h1>
        <a href="./" className="wordmark">
          Arithmoscope
        </a>
      </h1>
      <ModelMenu />
      <VariantSwitch />
      <span className="page-tools">
        <CopyLink />
        <button type="button" title="Words and shortcuts (?)" onClick={() => setHelpOpen(true)}>
          <span aria-hidden="true">?</span>
          <span className="visually-hidden">Words and shortcuts</span>
        </button>
        <ThemeButton />
      </span>
    </header>
  );
}

/** The finding with its numbers, for the next person's machine to check. */
function CopyLink() {
  const [isCopied, setCopied] = useState(false);
  const hasModel = useStore(model, (state) => state.choice !== undefined);
  const asked = useStore(question);
  const answered = useStore(results, ({ before, after }) => `${before.answers} ${after.answers}`);
  // what was said of the last copy is not true of another question or answer
  useEffect(() => {
    dismiss("copy");
    dismiss("copy length");
  }, [asked, answered]);
  const copy = async () => {
    const shared = sharedFinding();
    if (!shared) {
      notify("copy", "There is no finding to link to: this prompt has no answer, and no other was asked before.");
      return;
    }
    if (shared.isEarlier) notify("copy", earlierSentence(shared.finding));
    else dismiss("copy");
    const fragment = readableFragment(shared.finding);
    if (fragment === undefined) {
      notify(
        "copy",
        `This finding is too long for a link: at most ${grouped(MAX_READ_CHARACTERS)} characters are read.`,
      );
      return;
    }
    if (fragment.length > MAX_LINK_CHARACTERS) notify("copy length", longSentence(fragment.length));
    else dismiss("copy length");
    if (!(await copyLink(addressOf(fragment)))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <button
      type="button"
      disabled={!hasModel}
      title="A link to this finding, with its numbers to check"
      onClick={() => void copy()}
    >
      {isCopied ? "Copied" : "Copy link"}
    </button>
  );
}

const earlierSentence = ({ prompt, model: of }: Finding) =>
  `What is asked now has no answer yet: the link is of what is shown, “${tokenText(prompt)}” in ${of}.`;

const longSentence = (characters: number) =>
  `The link has ${grouped(characters)} characters; mail programs and chats may cut one of more than ${grouped(MAX_LINK_CHARACTERS)}.`;

const THEME_SIGNS = { auto: "◐", light: "○", dark: "●" } as const;

function ThemeButton() {
  const theme = useStore(view, (state) => state.theme);
  const next = THEME_AFTER[theme];
  return (
    <button type="button" title={`Theme: ${theme}. Click for ${next}.`} onClick={() => setTheme(next)}>
      <span aria-hidden="true">{THEME_SIGNS[theme]}</span>
      <span className="visually-hidden">
        Theme: {theme}, change to {next}
      </span>
    </button>
  );
}

import { useState } from "react";
import { useStore } from "zustand";
import { GALLERY_HASH } from "#state/guide/guide.ts";
import { THEME_AFTER, setHelpOpen, setTheme, view } from "#state/view.ts";
import { adapter, isAttached } from "#state/model/adapter.ts";
import { model } from "#state/model/model.ts";
import { laterModule, laterPart } from "../shared/later.tsx";
import { ModelMenu } from "./ModelMenu.tsx";
import "./header.css";

const VariantSwitch = laterPart(
  "the switch between base and adapter",
  async () => (await import("./VariantSwitch.tsx")).VariantSwitch,
);
const Share = laterPart("the way to share", async () => (await import("../share/Share.tsx")).Share);
/** What makes a link. */
const copying = laterModule(() => import("./copy-finding.ts"));

const COPIED_MS = 2_000;

export function PageHeader() {
  const hasAdapter = useStore(adapter, isAttached);
  return (
    <header className="page-header">
      <h1>
        <a href="./" className="wordmark">
          Arithmoscope
        </a>
      </h1>
      <ModelMenu />
      {hasAdapter && <VariantSwitch />}
      <span className="page-tools">
        <a href={GALLERY_HASH} className="to-gallery">
          Findings
        </a>
        {/* relative, as the page may lie in any folder; where there is no room for it, “?” leads there */}
        <a href="./docs/index.html" className="to-docs">
          Docs
        </a>
        <CopyLink />
        <Share />
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
  const copy = async () => {
    const { copyFinding } = await copying();
    if (!(await copyFinding())) return;
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

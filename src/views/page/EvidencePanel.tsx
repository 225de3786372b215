import { Suspense, useRef } from "react";
import { useStore } from "zustand";
import type { ViewName } from "#state/link/finding.ts";
import { showTab, view } from "#state/view.ts";
import { SelectedCard } from "../inspector/Inspector.tsx";
import { Guard } from "../shared/Guard.tsx";
import { laterModule } from "../shared/later.tsx";
import { TABS } from "./tabs.tsx";

const PANEL_ID = "evidence-panel";
/** What puts a tab back to how it begins. */
const resetting = laterModule(() => import("#state/reset-panel.ts"));
/** The tab that places the card of what is selected itself: between its drawing and the words below it. */
const HAS_CARD: ViewName = "chain";

/** The right-hand side: one kind of evidence at a time, and what is selected in it. */
export function EvidencePanel() {
  const active = useStore(view, (state) => state.tab);
  const { Panel, label, renew } = TABS.find((tab) => tab.view === active) ?? TABS[0]!;
  return (
    <div className="evidence">
      <TabBar active={active} />
      <div role="tabpanel" id={PANEL_ID} aria-labelledby={`tab-${active}`}>
        <Guard key={active} what={`the panel “${label}”`} onAgain={renew} onReset={() => reset(active)}>
          <Suspense fallback={<p className="panel empty">The panel is on its way.</p>}>
            <Panel />
          </Suspense>
        </Guard>
      </div>
      {active !== HAS_CARD && <SelectedCard />}
    </div>
  );
}

const reset = async (tab: ViewName) => (await resetting()).resetPanel(tab);

function TabBar({ active }: { readonly active: string }) {
  const host = useRef<HTMLDivElement>(null);
  const move = (step: number) => {
    const from = TABS.findIndex((tab) => tab.view === active);
    const next = TABS[(from + step + TABS.length) % TABS.length]!;
    openTab(next.view);
    host.current?.querySelector<HTMLButtonElement>(`#tab-${next.view}`)?.focus();
  };
  return (
    <div
      ref={host}
      role="tablist"
      aria-label="Evidence"
      className="tabs"
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") move(1);
        else if (event.key === "ArrowLeft") move(-1);
      }}
    >
      {TABS.map((tab) => (
        <button
          key={tab.view}
          id={`tab-${tab.view}`}
          type="button"
          role="tab"
          aria-selected={tab.view === active}
          aria-controls={PANEL_ID}
          tabIndex={tab.view === active ? 0 : -1}
          title={`Shortcut: g ${tab.key}`}
          onClick={() => openTab(tab.view)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

/** Share of the window below which a panel that starts there counts as out of sight. */
const FOLD = 0.6;

/** Opens a tab, and on a phone, where the tabs stay at the bottom, brings its panel into sight. */
function openTab(tab: ViewName): void {
  showTab(tab);
  const panel = document.getElementById(PANEL_ID);
  if (panel && panel.getBoundingClientRect().top > innerHeight * FOLD) panel.scrollIntoView();
}

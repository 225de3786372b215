import { useRef } from "react";
import { useStore } from "zustand";
import { showTab, view } from "#state/view.ts";
import { Inspector } from "../inspector/Inspector.tsx";
import { TABS } from "./tabs.tsx";

/** The right-hand side: one kind of evidence at a time, and what is selected in it. */
export function EvidencePanel() {
  const active = useStore(view, (state) => state.tab);
  const { Panel } = TABS.find((tab) => tab.view === active) ?? TABS[0]!;
  return (
    <div className="evidence">
      <TabBar active={active} />
      <div role="tabpanel" id="evidence-panel" aria-labelledby={`tab-${active}`}>
        <Panel />
      </div>
      <Inspector />
    </div>
  );
}

function TabBar({ active }: { readonly active: string }) {
  const host = useRef<HTMLDivElement>(null);
  const move = (step: number) => {
    const from = TABS.findIndex((tab) => tab.view === active);
    const next = TABS[(from + step + TABS.length) % TABS.length]!;
    showTab(next.view);
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
          aria-controls="evidence-panel"
          tabIndex={tab.view === active ? 0 : -1}
          title={`Shortcut: g ${tab.key}`}
          onClick={() => showTab(tab.view)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

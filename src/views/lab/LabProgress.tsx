import { useStore } from "zustand";
import { lab, stopTool } from "#state/lab/tools.ts";
import type { LabKind } from "#state/lab/tools.ts";
import { ProgressLine } from "../shared/ProgressLine.tsx";

interface LabProgressProps {
  readonly kind: LabKind;
  /** What is being computed, as a sentence starts. */
  readonly doing: string;
}

/** While a tool works: how far it is, how long it will take, and the way to stop it. */
export function LabProgress({ kind, doing }: LabProgressProps) {
  const { status, progress } = useStore(lab, (slots) => slots[kind]);
  if (status === "stopped") return <p className="small faint">Stopped. What has arrived is shown.</p>;
  if (status !== "computing") return null;
  return <ProgressLine doing={doing} progress={progress} onStop={() => stopTool(kind)} />;
}

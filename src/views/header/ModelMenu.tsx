import { useStore } from "zustand";
import { countOf } from "#charts/number-format.ts";
import { agreementText } from "#core/agreement.ts";
import { model, modelLabel } from "#state/model/model.ts";
import type { ModelState } from "#state/model/model.ts";
import { laterPart } from "../shared/later.tsx";
import { Menu } from "../shared/controls/Menu.tsx";
import { BACKEND_NAMES } from "./backend-names.ts";

const ModelSheet = laterPart("the model menu", async () => (await import("./ModelSheet.tsx")).ModelSheet);

/** Which model answers, held and run how; and the way to change that. */
export function ModelMenu() {
  const state = useStore(model);
  return (
    <Menu name={`Model: ${chipText(state)}`} className="model-chip" label={<span>{chipText(state)}</span>}>
      {(close) => <ModelSheet close={close} />}
    </Menu>
  );
}

/** `abacus · 3.2 M · q8 · WebGPU ±3e-7` */
function chipText({ choice, dtype, backend, info, status }: ModelState): string {
  const name = choice ? modelLabel(choice) : "no model";
  if (status.kind === "ready" && info) {
    const near = info.proof?.isTrusted ? ` ±${agreementText(info.proof.difference)}` : "";
    return `${info.name} · ${countOf(info.parameters)} · ${info.dtype} · ${BACKEND_NAMES[info.backend]}${near}`;
  }
  const state = {
    nothing: "not loaded",
    offered: "not loaded",
    loading: "loading",
    ready: "",
    failed: "failed",
    lost: "stopped",
  }[status.kind];
  return [name, dtype, backend === "auto" ? "" : BACKEND_NAMES[backend], state].filter(Boolean).join(" · ");
}

import type { Engine } from "#client/engine.ts";
import { parseNeuron } from "#model/ids.ts";
import type { PatchMap } from "#protocol/patching.ts";
import { asksTheSamePatch } from "../link/claims.ts";
import { opened } from "../link/opened.ts";
import type { PatchForm } from "../link/finding.ts";
import { neuronsIn } from "../link/patch/patch-claims.ts";
import { adapter, isVariantThere } from "../model/adapter.ts";
import { model, exampleParts } from "../model/model.ts";
import { question, variantOf } from "../question.ts";
import { isFramed } from "../serving/embedded.ts";
import { subjectNow } from "../subject.ts";
import { view } from "../view.ts";
import { askedPatch, editPatch, patchForm } from "./patch-form.ts";
import { lab, start } from "./tools.ts";
import type { DrawnPatch } from "./tools.ts";
import type { Reports } from "../requests/requests.ts";

/** Makes a link's patches once their tab is looked at, so that its numbers are checked; in a frame `followFrame` does. @returns what ends it */
export function followPatches(): () => void {
  const look = () => {
    const { finding } = opened.getState();
    const isWanted = view.getState().tab === "patch" && model.getState().status.kind === "ready";
    if (!isWanted || isFramed() || !isVariantThere() || lab.getState().patch.status !== "idle") return;
    if (finding?.expected.patch && asksTheSamePatch(finding)) drawPatches();
  };
  look();
  const ends = [model, adapter, view, opened].map((store) => store.subscribe(look));
  return () => ends.forEach((end) => end());
}

/** Carries what the form says between the page's prompt and the other. @returns what is wrong with what was typed */
export function drawPatches(): string | undefined {
  const { prompt } = question.getState();
  const asked = askedPatch(patchForm.getState(), prompt);
  const complaint = complaintAbout(asked);
  if (complaint !== undefined) return complaint;
  const weights = subjectNow();
  const about = weights && { ...weights, prompt };
  const ask = async (engine: Engine, { signal, partial, progress }: Reports<DrawnPatch>): Promise<DrawnPatch> => {
    const drawn = (map: PatchMap, isWhole: boolean) => ({ asked, prompt, map, isWhole });
    const map = await engine.patch({ clean: prompt, corrupted: asked.corrupted }, optionsOf(asked), {
      signal,
      onProgress(report) {
        if ("raw" in report) partial(drawn(report, false));
        else progress(report);
      },
    });
    return drawn(map, true);
  };
  void start("patch", ask, about);
  return undefined;
}

function optionsOf(asked: PatchForm): Parameters<Engine["patch"]>[1] {
  const { site, direction, metric, right, wrong, position, neurons } = asked;
  return {
    site,
    direction,
    rowByRow: true,
    ...(metric && { metric }),
    ...(right !== "" && wrong !== "" && { answers: [right, wrong] }),
    ...(right !== "" && wrong === "" && { target: right }),
    ...(site === "z" && position !== undefined && { position }),
    ...(site === "post" && { neurons: neuronsIn(neurons) }),
    ...variantOf(question.getState()),
  };
}

function complaintAbout({ corrupted, right, wrong, site, neurons }: PatchForm): string | undefined {
  if (corrupted === "") return "Type the corrupted prompt: the same with one thing exchanged for another.";
  if (right === "" && wrong !== "") return "Type the right answer too, or leave both to the prompts.";
  if (site !== "post") return undefined;
  const words = neurons.split(/[\s,;]+/).filter((word) => word !== "");
  const wrongWord = words.find((word) => !parseNeuron(word));
  if (wrongWord !== undefined) return `“${wrongWord}” is no neuron; write ${exampleParts().neuron}.`;
  return words.length === 0 ? `Name the neurons, as ${exampleParts().neuron}.` : undefined;
}

/** The heads at one position of a map, as a map of their own. */
export function drawHeadsAt(position: number): void {
  editPatch({ site: "z", position });
  drawPatches();
}

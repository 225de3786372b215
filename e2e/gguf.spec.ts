import { writeFileSync } from "node:fs";
import { randomCheckpoint } from "../test/checkpoints.ts";
import { converted } from "../test/gguf/converted.ts";
import { Q8_0, dequantised, encodedIn } from "../test/gguf/quantised.ts";
import { startHub } from "../test/hub-server.ts";
import { forward } from "../test/reference/forward.ts";
import { atLast, logProbability } from "../test/reference/lens.ts";
import { readModel } from "../test/reference/model.ts";
import { answerAsHub } from "./hub-loads.ts";
import { drag, expect, modelChip, openWithModel, picture, test, withEngine } from "./support.ts";

const CHECKPOINT = randomCheckpoint({ heads: 4, kvHeads: 2, headDim: 16, modelDim: 64, neurons: 96, layers: 2 });
const Q8_FILE = converted(CHECKPOINT, { encode: encodedIn(Q8_0) });
const IDS = [1, 5, 40, 7];

test(
  "a GGUF file that is dropped on the page, as Ollama calls it, runs as it is stored",
  { tag: "@page" },
  async ({ page }, info) => {
    const file = info.outputPath("sha256-4d7a21");
    writeFileSync(file, Q8_FILE);
    await openWithModel(page, "#v=1&m=abacus&p=w5%20w9");
    await drag(page, "dragEnter", file);
    await drag(page, "dragOver", file);
    await expect(page.getByText("Drop a checkpoint’s folder or a GGUF file to open it.")).toBeVisible();
    await drag(page, "drop", file);
    await expect(modelChip(page)).toHaveAccessibleName(/^Model: sha256-4d7a21 · .* · stored · /);
    await expect(page).toHaveURL(/m=folder:sha256-4d7a21&.*d=stored/);
    const { target } = await withEngine(page, (engine, ids) => engine.predict(ids), IDS);
    const reference = readModel(CHECKPOINT, (_, tensor) => dequantised(Q8_0, tensor));
    const { logits } = forward(reference, IDS);
    expect(Math.abs(target.logProbability - logProbability(atLast(logits), target.id))).toBeLessThan(1e-4);
    await modelChip(page).click();
    await expect(page.getByText("In GGUF: 16 tensors in Q8_0, 5 tensors in F32. llama.cpp rounds")).toBeVisible();
    await expect(page.getByText("From the file “sha256-4d7a21” on this machine")).toBeVisible();
    await picture(page, "gguf-facts");
  },
);

test(
  "a repository of GGUF files puts them to choose from, and the link names the one that was chosen",
  { tag: "@page" },
  async ({ page, context, problems }) => {
    problems.expect(/huggingface\.co|Failed to load resource/);
    const files = new Map([
      ["README.md", new Uint8Array(3)],
      ["small-Q8_0.gguf", Q8_FILE],
      ["small-F32.gguf", converted(CHECKPOINT)],
    ]);
    const hub = await startHub({ "somebody/small-GGUF": { files } });
    try {
      await answerAsHub(context, hub);
      await openWithModel(page, "#v=1&m=abacus&p=w5");
      await modelChip(page).click();
      await page
        .getByRole("textbox", { name: "Model on the Hugging Face Hub, or address" })
        .fill("somebody/small-GGUF");
      await page.getByRole("button", { name: "Load", exact: true }).click();
      const offer = page.getByRole("region", { name: "Model to load" });
      await expect(offer.getByRole("heading")).toHaveText("Which file of somebody/small-GGUF?");
      await expect(offer.getByRole("listitem")).toHaveText([/^small-F32\.gguf F32, /, /^small-Q8_0\.gguf Q8_0, /]);
      await picture(page, "gguf-files");
      await offer.getByRole("button", { name: /small-Q8_0/ }).click();
      await expect(modelChip(page)).toHaveAccessibleName(/^Model: small-Q8_0 · .* · stored · /);
      await expect(page).toHaveURL(
        new RegExp(`m=somebody/small-GGUF/small-Q8_0\\.gguf@${hub.commit("somebody/small-GGUF")}&`),
      );
    } finally {
      await hub.close();
    }
  },
);

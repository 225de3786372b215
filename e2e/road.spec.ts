import { randomCheckpoint } from "../test/checkpoints.ts";
import { startHub } from "../test/hub-server.ts";
import { answerAsHub } from "./hub-loads.ts";
import { expect, headCell, modelChip, openModelList, openWithModel, picture, promptBox, test } from "./support.ts";

const LLAMA = randomCheckpoint({ heads: 4, kvHeads: 2, headDim: 8, modelDim: 32, layers: 2 });
const PYTHIA = randomCheckpoint({ family: "gpt_neox" });

test(
  "from the menu to a language model: found on the Hub or chosen from the list, told what it takes, loaded, and its heads shown",
  { tag: "@page" },
  async ({ page, context, problems }) => {
    problems.expect(/huggingface\.co/);
    const hub = await startHub({
      "somebody/small-llama": { files: LLAMA, listing: { safetensors: { total: 23_456 }, downloads: 1200 } },
      "somebody/llama-of-experts": {
        files: new Map(),
        listing: {
          config: { architectures: ["MixtralForCausalLM"], model_type: "mixtral" },
          safetensors: { total: 47e9 },
        },
      },
      "EleutherAI/pythia-14m": { files: PYTHIA },
    });
    try {
      await answerAsHub(context, hub);
      await openWithModel(page, "#v=1&m=abacus&p=w5%20w9");
      const list = page.getByRole("dialog", { name: "Language models to open" });

      await test.step("the list says what each model takes here, and asks nobody", async () => {
        await openModelList(page);
        const pythia = list.getByRole("listitem").filter({ hasText: "Pythia 14M" });
        await expect(pythia).toContainText(/≈ 28\u202fMB to read; ≈ \d+\u202fMB of memory at its peak in q8/);
        await expect(list.getByRole("listitem").filter({ hasText: "Mistral 7B" })).toContainText("Not for this device");
        expect(hub.log).toEqual([]);
      });

      await test.step("a search is sent once its button is pressed, and says what cannot be opened and why", async () => {
        await list.getByRole("searchbox", { name: "Words of a model’s name" }).fill("llama");
        expect(hub.log).toEqual([]);
        await list.getByRole("button", { name: "Search the Hub" }).click();
        await expect(list.getByRole("status")).toContainText("2 found for “llama”, of which 1 can be opened");
        const found = list.getByRole("region", { name: "Search the Hugging Face Hub" }).getByRole("listitem");
        await expect(found).toHaveText([
          /^somebody\/small-llama.*parameters/,
          /^somebody\/llama-of-experts.*Not read: .*MixtralForCausalLM/,
        ]);
        await picture(page, "road-found");
      });

      await test.step("what was found loads; prompt and view stay, and the map is of its heads", async () => {
        await list.getByRole("button", { name: "Open somebody/small-llama" }).click();
        await expect(list).toHaveCount(0);
        await expect(modelChip(page)).toHaveAccessibleName(/^Model: small-llama · /);
        await expect(promptBox(page)).toHaveValue("w5 w9");
        await expect(headCell(page, "L1H3")).toBeVisible();
        await expect(headCell(page, "L2H0")).toHaveCount(0);
      });

      await test.step("and so does a model of the list", async () => {
        await openModelList(page);
        await list.getByRole("button", { name: "Open Pythia 14M" }).click();
        await expect(modelChip(page)).toHaveAccessibleName(/^Model: pythia-14m · .* · q8/);
        await expect(headCell(page, "L1H2")).toBeVisible();
        await expect(page).toHaveURL(new RegExp(`m=EleutherAI/pythia-14m@${hub.commit("EleutherAI/pythia-14m")}&`));
      });
    } finally {
      await hub.close();
    }
  },
);

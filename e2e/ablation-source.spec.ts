import { readFile } from "node:fs/promises";
import {
  expect,
  expectWholeSweep,
  headCell,
  openWithModel,
  panel,
  picture,
  predictionRow,
  test,
  withEngine,
} from "./support.ts";

test("a part that is off can be what it is in other prompts", async ({ page }) => {
  await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
  const off = panel(page, "Switched off");
  await expectWholeSweep(page);
  const prompts = off.getByRole("textbox", { name: "Prompts that stand in" });
  await expect(prompts).toHaveCount(0);

  const others = await test.step("the page suggests prompts with other numbers: their mean", async () => {
    await off.getByRole("combobox", { name: "Off, a part is" }).selectOption("as in other prompts");
    await expect(prompts).toHaveValue(/^(?:\d\+\d=\n){7}\d\+\d=$/);
    await expect(off).toContainText(
      "What is off is replaced by its mean over 8 prompts, position by position (mean ablation); at ×0.5 it is half way there.",
    );
    return (await prompts.inputValue()).split("\n");
  });

  await test.step("map, prediction and script agree", async () => {
    const asked = { others };
    const { sweep, after } = await withEngine(
      page,
      async (engine, { others: ablationSource }) => ({
        sweep: await engine.sweepHeads("3+5=", { ablationSource }),
        after: await engine.predict("3+5=", { interventions: [{ head: "L0H7" }], ablationSource }),
      }),
      asked,
    );
    await expectWholeSweep(page);
    const effect = (layer: number, head: number) => sweep.baseline - sweep.logProbability[layer]![head]!;
    for (const [layer, head] of [
      [0, 7],
      [1, 3],
      [4, 2],
    ] as const) {
      const size = Math.abs(effect(layer, head)).toFixed(2).replace(".", "\\.");
      await expect(headCell(page, `L${layer}H${head}`)).toHaveAccessibleName(
        new RegExp(`^L${layer}H${head}: effect −?${size} nats`),
      );
    }
    await expect(predictionRow(page, "8")).toContainText(`${(after.target.probability * 100).toFixed(1)}`);
    await expect(panel(page, "Heads")).toContainText("mean over 8 prompts");
    await picture(page, "ablation-source", { fullPage: true });
  });

  await test.step("the figure says so", async () => {
    const downloading = page.waitForEvent("download");
    await panel(page, "Heads").getByRole("button", { name: "SVG", exact: true }).click();
    const svg = (await readFile(await (await downloading).path())).toString();
    expect(svg).toContain("mean ablation");
  });

  await test.step("one prompt is a patch from it; it travels in the link", async () => {
    await prompts.fill("2+4=");
    await expect(off).toContainText(
      "What is off is replaced by what it is after “2+4=”, position by position (resample",
    );
    await expect(page).toHaveURL(/si=2%2B4=/);
    await page.reload();
    await expectWholeSweep(page);
    await expect(prompts).toHaveValue("2+4=");
    const { target } = await withEngine(
      page,
      (engine) => engine.predict("3+5=", { interventions: [{ head: "L0H7" }], ablationSource: ["2+4="] }),
      undefined,
    );
    await expect(predictionRow(page, "8")).toContainText(`${(target.probability * 100).toFixed(1)}`);
  });

  await test.step("a prompt of another length is refused in a sentence, and what stood there stays", async () => {
    await prompts.fill("2+4+1=");
    await expect(page.getByRole("alert")).toHaveCount(1);
    await expect(page.getByRole("alert")).toContainText(
      "ablation-source: “2+4+1=” has 7 tokens and what it stands in for has 5; position by position, it needs as many.",
    );
    await prompts.fill("");
    await expect(page.getByRole("alert")).toHaveCount(0);
    await expect(off).toContainText("Until then it is 0.");
    await off.getByRole("combobox", { name: "Off, a part is" }).selectOption("0");
    await expect(prompts).toHaveCount(0);
    await expect(page).not.toHaveURL(/si=/);
  });
});

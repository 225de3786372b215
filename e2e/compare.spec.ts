import type { Page } from "@playwright/test";
import { expect, neuronRows, openWithModel, panel, picture, predictionRow, test } from "./support.ts";

test("with L0H7 off, the comparison names the neurons that lose their say", async ({ page }) => {
  await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
  const neurons = panel(page, "Neurons");

  await test.step("L4N425 loses most, and promotes 8 in digits, words and Roman numerals", async () => {
    await page.getByRole("tab", { name: "Neurons" }).click();
    await expect(neuronRows(page)).toHaveCount(10, { timeout: 60_000 });
    const first = neuronRows(page).first();
    await expect(first.getByRole("rowheader")).toHaveText("L4N425");
    const cells = first.getByRole("cell");
    await expect(cells.nth(0)).toHaveText(/^0\.(69|70)$/);
    await expect(cells.nth(1)).toHaveText(/^0\.68$/);
    await expect(cells.nth(3)).toHaveText(/^2[23]\.\d$/);
    await expect(cells.nth(4)).toHaveText(/^−0\.2\d+$/);
    await expect(cells.nth(5).getByRole("code")).toContainText(["8", "huit", "VIII"]);
    await expect(neurons).toContainText(/Certified: exact top 10 after \d+ of 3,072 evaluations/);
    await picture(page, "compare");
  });

  await test.step("another column sorts, a second press turns it round", async () => {
    const sorter = neurons.getByRole("button", { name: "activation before" });
    const column = neurons.getByRole("columnheader", { name: "activation before" });
    await sorter.click();
    await expect(column).toHaveAttribute("aria-sort", "descending");
    expect(await activations(page)).toEqual((await activations(page)).toSorted((a, b) => b - a));
    await sorter.click();
    await expect(column).toHaveAttribute("aria-sort", "ascending");
    expect(await activations(page)).toEqual((await activations(page)).toSorted((a, b) => a - b));
    await picture(page, "compare-sorted");
  });

  await test.step("its card says what it promotes, where it is active and what is lost without it", async () => {
    await neurons.getByRole("button", { name: "L4N425" }).click();
    const card = panel(page, "Inspector");
    await expect(card.getByRole("heading", { name: "L4N425" })).toBeVisible();
    // with L0H7 off it stands below 0: what its value vector promotes goes down
    const raised = card.getByRole("table", { name: "Promotes here, its value vector turned round" });
    await expect(raised).toBeVisible();
    await expect(raised).not.toContainText("huit");
    await expect(card.getByRole("table", { name: "and suppresses" })).toContainText("huit");
    await expect(card.getByRole("table", { name: "and suppresses" }).getByRole("row")).toHaveCount(9);
    await expect(card.getByRole("table", { name: "Activation at each token" }).getByRole("row")).toHaveCount(6);
    await expect(card).toContainText(/At the last token L4N425 stands at −0\.2\d+ and so pushes/);
    await picture(page, "neuron-card");
  });

  await test.step("switched off as well, it is one more line of what is changed", async () => {
    await page.getByRole("button", { name: "Switch L4N425 off" }).click();
    await expect(panel(page, "Switched off").getByRole("listitem")).toHaveCount(2);
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off, L4N425 off");
    await expect(predictionRow(page, "8").getByRole("cell")).toHaveCount(2);
  });
});

/** The table's column of activations in the model as it is, as a person reads it. */
async function activations(page: Page): Promise<number[]> {
  const rows = await neuronRows(page).all();
  const texts = await Promise.all(rows.map((row) => row.getByRole("cell").nth(3).innerText()));
  return texts.map((text) => Number(text.replace("−", "-")));
}

import AxeBuilder from "@axe-core/playwright";
import { expect, expectWholeSweep, openWithModel, panel, picture, test } from "./support.ts";

test(
  "the researcher's numbers go by one switch, which is remembered, and probabilities stay",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
    await expectWholeSweep(page);
    const prediction = panel(page, "Prediction");
    const heads = panel(page, "Heads");
    const certificate = panel(page, "Neurons").getByText(/^Certified/);
    const numbers = prediction.getByRole("button", { name: "Researcher’s numbers" });

    await test.step("with them: nats and sums", async () => {
      await expect(numbers).toHaveAttribute("aria-pressed", "true");
      await expect(prediction.getByText(/−0\.06/)).toBeVisible();
      await expect(heads.getByRole("grid").getByText("Σ", { exact: true })).toBeVisible();
      await expect(heads).toContainText(/lowers log p\(8\) by 7\.\d+/);
    });

    await test.step("without: probabilities alone", async () => {
      await numbers.click();
      await expect(numbers).toHaveAttribute("aria-pressed", "false");
      await expect(prediction.getByText(/−0\.06/)).toBeHidden();
      await expect(prediction).toContainText(/p\(8\) falls from 94\.\d\s% to <\s0\.1\s%; the answer is now/);
      await expect(heads.getByRole("grid").getByText("Σ", { exact: true })).toBeHidden();
      await expect(heads).toContainText(/Switching L0H7 off takes 8 from 94\.\d\s% to/);
      await picture(page, "numbers-plain");
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    });

    await test.step("so is the next visit, and no link says so", async () => {
      expect(page.url()).not.toContain("numbers");
      await page.reload();
      await expectWholeSweep(page);
      await page.getByRole("tab", { name: "Neurons" }).click();
      await expect(panel(page, "Neurons").getByRole("table")).toBeVisible({ timeout: 60_000 });
      await expect(certificate).toBeHidden();
      await numbers.click();
      await expect(certificate).toBeVisible();
    });
  },
);

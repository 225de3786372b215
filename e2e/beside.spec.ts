import AxeBuilder from "@axe-core/playwright";
import { expect, expectWholeSweep, neuronRows, openWithModel, panel, picture, test } from "./support.ts";

test(
  "two prompts stand beside each other in the map of heads, and a link brings both back",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D");
    await expectWholeSweep(page);
    const heads = panel(page, "Heads");
    const other = heads.getByRole("img", { name: "Effect of each head after 4+5=" });

    await test.step("beside each other, with the heads that differ most", async () => {
      await heads.getByRole("textbox", { name: "compare with" }).fill("4+5=");
      await heads.getByRole("button", { name: "Compare" }).click();
      await expect(other).toBeVisible({ timeout: 60_000 });
      await expect(heads).toContainText(/L\dH\d differs most: it is worth −?\d+\.\d+ nats to 8 after “3\+5=”, and /, {
        timeout: 60_000,
      });
      await expect(heads.getByText(/^So far/)).toHaveCount(0);
      const [first, second] = [await heads.getByRole("grid").boundingBox(), await other.boundingBox()];
      expect(second!.y).toBeCloseTo(first!.y, 0);
      expect(second!.x).toBeGreaterThan(first!.x + first!.width);
      await picture(page, "beside", { fullPage: true });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    });

    await test.step("below each other on a phone", async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await expect(async () => {
        const [first, second] = [await heads.getByRole("grid").boundingBox(), await other.boundingBox()];
        expect(second!.y).toBeGreaterThan(first!.y + first!.height);
      }).toPass();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await picture(page, "beside-phone", { fullPage: true });
    });

    await test.step("the address opens both", async () => {
      await expect(page).toHaveURL(/hcmp=4/);
      await page.reload();
      await expect(other).toBeVisible({ timeout: 60_000 });
      await heads.getByRole("button", { name: "One prompt only" }).click();
      await expect(other).toHaveCount(0);
      await expectWholeSweep(page);
    });
  },
);

test(
  "with nothing off, the neurons that give most are listed, and one press compares",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&view=neurons");
    const neurons = panel(page, "Neurons");
    await expect(neuronRows(page)).toHaveCount(10, { timeout: 60_000 });
    // in float64 the second one, with 0.682 nats at 22.9
    const second = neuronRows(page).nth(1);
    await expect(second.getByRole("rowheader")).toHaveText("L4N425");
    await expect(second.getByRole("cell").nth(0)).toHaveText(/^0\.68$/);
    await expect(second.getByRole("cell").nth(1)).toHaveText(/^2[23]\.\d$/);
    await expect(second.getByRole("cell").nth(2).getByRole("code")).toContainText(["8", "huit", "VIII"]);
    await expect(neurons).toContainText(/Certified: exact top 10 after \d+ of 3,072 evaluations/);
    await picture(page, "top-neurons", { fullPage: true });
    await neurons.getByRole("button", { name: /^Switch off L0H7/ }).click();
    await expect(neurons.getByRole("heading", { level: 2 })).toHaveText("Neurons that lose their say with L0H7 off");
    await expect(neuronRows(page).first().getByRole("rowheader")).toHaveText("L4N425", { timeout: 60_000 });
  },
);

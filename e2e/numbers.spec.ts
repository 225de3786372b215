import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, expectWholeSweep, freshProfile, headCell, openWithModel, panel, picture, test } from "./support.ts";

/** A student reads no nats there; what lies folded behind “How this is computed” is for whoever opens it. */
async function expectNoNats(page: Page, name: string): Promise<void> {
  const seen = await panel(page, name).evaluate((host) => {
    const texts: string[] = [];
    const walker = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (parentElement?.checkVisibility() && !parentElement.closest("style, .researcher"))
        texts.push(textContent ?? "");
    }
    return texts.join(" ");
  });
  expect(seen).not.toMatch(/\bnats?\b|log p|Σ|−\d+\.\d/);
}

test.use({ isForResearchers: false });

test(
  "the researcher's numbers come by one switch, which is remembered and travels in the link, and probabilities stay",
  { tag: "@page" },
  async ({ page, baseURL }) => {
    await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
    await expectWholeSweep(page);
    const prediction = panel(page, "Prediction");
    const heads = panel(page, "Heads");
    const certificate = panel(page, "Neurons").getByText(/^Certified/);
    const numbers = prediction.getByRole("button", { name: "Researcher’s numbers" });

    await test.step("a new visitor has probabilities alone", async () => {
      await expect(numbers).toHaveAttribute("aria-pressed", "false");
      await expect(prediction.getByText(/−0\.06/)).toBeHidden();
      await expect(prediction).toContainText(/p\(8\) falls from 94\.\d\s% to <\s0\.1\s%; the answer is now/);
      await expect(heads.getByRole("grid").getByText("Σ", { exact: true })).toBeHidden();
      await expect(heads).toContainText(/Switching L0H7 off takes 8 from 94\.\d\s% to/);
      await expect(headCell(page, "L0H7")).toHaveAccessibleName(
        /^L0H7: without it ÷2\.\dk, 2,\d{3} times less likely, off$/,
      );
      await expect(heads.getByRole("figure", { name: "Legend" })).toContainText(/×2,\d{3}.*×1.*÷2,\d{3}.*less likely/s);
      await expectNoNats(page, "Heads");
      await picture(page, "numbers-plain");
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(page.url()).not.toContain("rn=");
    });

    await test.step("and so has every tab, in factors of the probability", async () => {
      await headCell(page, "L0H7").click();
      await expect(page.getByText("the answer without it")).toBeVisible();
      await expectNoNats(page, "Heads");
      await page.getByRole("tab", { name: "Chain" }).click();
      const chain = panel(page, "Chain");
      await expect(chain.getByRole("list", { name: /^Stages of/ })).toContainText(
        /Switching L0H7 off makes “8” 2,\d{3} times less likely/,
        { timeout: 60_000 },
      );
      await expect(chain.getByRole("button", { name: /^L0H7 ÷2\.\dk.*predicting head at/ })).toBeVisible();
      await expectNoNats(page, "Chain");
      await page.getByRole("tab", { name: "Heads" }).click();
    });

    await test.step("with them: nats and sums", async () => {
      await numbers.click();
      await expect(numbers).toHaveAttribute("aria-pressed", "true");
      await expect(prediction.getByText(/−0\.06/)).toBeVisible();
      await expect(heads.getByRole("grid").getByText("Σ", { exact: true })).toBeVisible();
      await expect(heads).toContainText(/lowers log p\(8\) by 7\.\d+/);
    });

    await test.step("so is the next visit", async () => {
      await page.goto("about:blank");
      await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0&view=neurons");
      await expect(certificate).toBeVisible({ timeout: 60_000 });
    });

    await test.step("who opens the link sees them too, and keeps what they chose", async () => {
      await expect(page).toHaveURL(/&rn=1&p=/);
      const { page: theirs, problems } = await freshProfile(page, baseURL!, { isForResearchers: false });
      await openWithModel(theirs, new URL(page.url()).hash);
      await expect(panel(theirs, "Neurons").getByText(/^Certified/)).toBeVisible({ timeout: 60_000 });
      await theirs.goto("about:blank");
      await openWithModel(theirs);
      await expect(panel(theirs, "Prediction").getByRole("button", { name: "Researcher’s numbers" })).toHaveAttribute(
        "aria-pressed",
        "false",
      );
      expect(problems.unexpected).toEqual([]);
      await theirs.context().close();
    });

    await test.step("and they go as they came", async () => {
      await numbers.click();
      await expect(certificate).toBeHidden();
      await expect(page).not.toHaveURL(/rn=/);
    });
  },
);

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { FIRST_LOOK, backendName, expect, openApp, panel, picture, test } from "./support.ts";

const PATIENCE = { timeout: 120_000 };

const cards = (page: Page) =>
  page
    .getByRole("main", { name: "Findings" })
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading") });
/** A GPU in software takes minutes for an experiment: there only the answers of such findings are checked. */
const runsExperiments = () => backendName() === "WASM" || process.env["GPU"] === "real";
const back = (page: Page) => page.getByRole("link", { name: "Findings" });

test("every finding of the gallery is reproduced on this machine", async ({ page }) => {
  await openApp(page, "#gallery");
  await expect(cards(page)).toHaveCount(12);
  const claims = await cards(page).getByRole("heading").allTextContents();
  await expect(cards(page).filter({ hasText: "does not survive mean ablation" })).toHaveCount(1);
  await expect(cards(page).filter({ hasText: "unsolved" })).toHaveCount(1);
  for (const claim of claims) {
    await test.step(claim, async () => {
      await cards(page).getByRole("link", { name: claim }).click();
      await openedFinding(page, claim);
      await back(page).click();
      await expect(cards(page)).toHaveCount(12);
    });
  }
});

/** What the page says to the numbers of a link, after the click that it leaves to a person: to attach an adapter, to run an experiment. */
async function openedFinding(page: Page, claim: string): Promise<void> {
  const attach = page.getByRole("button", { name: /^Attach/ });
  if (claim.startsWith("Training one layer")) await attach.click(PATIENCE);
  if (claim.startsWith("In Llama-7B")) {
    await expect(page.getByText(/After “3\+5=” Llama-7B answers “8”/)).toBeVisible(PATIENCE);
    return;
  }
  const run = panel(page, "Experiments").getByRole("button", { name: /^(?:Run|Go on|Show)$/ });
  if (page.url().includes("view=experiments") && runsExperiments()) {
    await run.click(PATIENCE);
    await expect(panel(page, "Experiments")).toContainText("reproduced on this machine", PATIENCE);
  }
  if (page.url().includes("view=chain")) {
    await expect(panel(page, "Chain")).toContainText("reproduced on this machine", PATIENCE);
  } else await expect(panel(page, "Prediction")).toContainText("reproduced on this machine", PATIENCE);
}

test(
  "the gallery is reached from the header, read on a phone, and left by Back",
  { tag: "@page" },
  async ({ page }) => {
    await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "light" });
    await openApp(page, FIRST_LOOK);
    await page.getByRole("banner").getByRole("link", { name: "Findings" }).click();
    await expect(cards(page)).toHaveCount(12);
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "dark" });
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
    await picture(page, "gallery-phone", { fullPage: true });
    await page.goBack();
    await expect(panel(page, "Prediction")).toBeVisible();
    await page.goForward();
    await page.getByRole("link", { name: "Back to the instrument" }).click();
    await expect(panel(page, "Prediction")).toBeVisible();
  },
);

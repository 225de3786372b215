import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { FIRST_LOOK, expect, openApp, panel, promptBox, test } from "./support.ts";

const opening = (page: Page) => panel(page, "Introduction");
const step = (page: Page, name: string) => opening(page).getByRole("button", { name });

// whoever comes for the first time reads probabilities
test.use({ isForResearchers: false });

test(
  "a stranger is surprised and hands it on with two clicks, and goes on to the reason",
  { tag: "@page" },
  async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    // the band comes after the first script, into a place that is kept for it
    let letThrough = () => {};
    const isHeld = new Promise<void>((resolve) => (letThrough = resolve));
    await page.route(/assets\/opening-texts-.*\.js$/, async (route) => {
      await isHeld;
      await route.continue();
    });
    await openApp(page, FIRST_LOOK);
    await expect(page.getByRole("list", { name: "5 tokens" })).toBeVisible();
    const place = await promptBox(page).boundingBox();
    letThrough();
    await expect(opening(page)).toContainText("A language model answers 95 − 77 = 18. Which of its parts know that?");
    expect(await promptBox(page).boundingBox()).toEqual(place);

    await test.step("the answer breaks at a click, and the new one is the large one", async () => {
      await step(page, "Switch off the part it needs most").click();
      await expect(opening(page)).toContainText(
        /With L3H3 as in 8 other prompts, on average, it says “12” \(9\d\.\d\s%\); it was “18” \(9[23]\.\d\s%\)\./,
      );
      await expect(opening(page).getByRole("heading")).toContainText("95 − 77 = 18 12.");
      await expect(opening(page).getByRole("deletion")).toHaveText("18");
      await expect(panel(page, "Prediction").getByRole("deletion")).toHaveText("18");
      await expect(panel(page, "Prediction")).toContainText("✗ it is 18");
    });

    await test.step("a second click copies what is shown, with its numbers", async () => {
      await page.getByRole("button", { name: "Copy link" }).click();
      await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      expect(link).toMatch(/m=abacus-2&.*p=95-77=&x=L3H3\*0&si=.*&sel=L3H3&b=-0\.0\d+&c=-11\.\d+$/);
    });

    await test.step("who went silent, and whether that was the reason", async () => {
      await step(page, "See who went silent").click();
      await expect(opening(page)).toContainText(
        /L5N245 wrote ankara, 19, 18 and made “18” (?:5\.[4-9]|6\.0) times more likely, read off at its layer, before later layers add to it or undo it; now (?:as likely as before|1\.(?:[01]\d|2[01]) times (?:more|less) likely)\. L5N240 loses most by speaking against “18”: read off likewise, it made it 1\.(?:6[4-9]|7\d|8[01]) times less likely, now (?:[4-9]\d\d|[12],\d{3}) times less likely\./,
      );
      await step(page, "Is that really the reason?").click();
      await expect(opening(page)).toContainText(/With zero instead, the model says “12” \(9\d\.\d\s%\)\./);
      await expect(opening(page)).toContainText(
        /The answer is gone by zero as by the mean: the finding stands\. By zero L1H0 costs most: the answer is (?:4,9|5,[0-3])\d0 times less likely/,
      );
      await step(page, "Follow the whole path").click();
      await expect(page.getByRole("tab", { name: "Chain" })).toHaveAttribute("aria-selected", "true");
      await expect(opening(page)).toContainText(
        "Below is the chain of L3H3, by mean ablation; all of its stages have evidence. By zero, with the head that costs most then, none has.",
      );
    });

    await test.step("axe finds nothing in it, in light and on a dark phone", async () => {
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await expectAccessible(page);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      await expectAccessible(page);
    });

    await test.step("on a phone the last step brings the chain into sight, from screens below", async () => {
      await step(page, "Follow the whole path").click();
      await expect(panel(page, "Chain").getByRole("heading", { name: "How the answer travels" })).toBeInViewport();
    });

    await test.step("sent away, it stays away, until it is called back", async () => {
      await opening(page).getByRole("button", { name: "Dismiss the introduction" }).click();
      await expect(opening(page)).toHaveCount(0);
      await page.goto("/?visit=second");
      await openApp(page, FIRST_LOOK);
      await expect(promptBox(page)).toBeVisible();
      await expect(opening(page)).toHaveCount(0);
      await page.getByRole("button", { name: "Words and shortcuts" }).click();
      await page.getByRole("button", { name: "Show the introduction" }).click();
      await expect(opening(page)).toBeInViewport();
    });
  },
);

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(".opening").analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
}

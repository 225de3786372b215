import type { Page } from "@playwright/test";
import {
  expect,
  expectModel,
  expectWholeSweep,
  headCell,
  neuronRows,
  openApp,
  panel,
  picture,
  predictionRow,
  promptBox,
  test,
} from "./support.ts";

test("everything can be done without a mouse", { tag: "@page" }, async ({ page }) => {
  const { keyboard } = page;
  await openApp(page);
  await expectModel(page);
  await expectWholeSweep(page);

  await test.step("/ goes to the prompt, Esc leaves it", async () => {
    await keyboard.press("/");
    await expect(promptBox(page)).toBeFocused();
    await keyboard.type("6*7=");
    await keyboard.press("Enter");
    await expect(predictionRow(page, "42")).toBeVisible();
    await keyboard.press("Escape");
    await expect(promptBox(page)).not.toBeFocused();
    await keyboard.press("/");
    await keyboard.type("3+5=");
    await keyboard.press("Enter");
    await expect(predictionRow(page, "8")).toBeVisible();
    await keyboard.press("Escape");
    await expectWholeSweep(page);
  });

  await test.step("? lists the keys, Esc closes the list", async () => {
    await keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Words and shortcuts" });
    await expect(help).toBeVisible();
    await picture(page, "help");
    await keyboard.press("Escape");
    await expect(help).toBeHidden();
  });

  await test.step("Tab reaches the map, arrows move in it, Enter switches", async () => {
    await tabTo(page, "grid");
    await expect(headCell(page, "L0H0")).toBeFocused();
    await keyboard.press("End");
    await expect(headCell(page, "L0H7")).toBeFocused();
    await keyboard.press("ArrowDown");
    await expect(headCell(page, "L1H7")).toBeFocused();
    await keyboard.press("ArrowUp");
    await keyboard.press("Enter");
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off, p(8) falls");
    await picture(page, "keyboard-map");
  });

  await test.step("z undoes, Enter switches again; Space keeps the head, ] goes a layer down", async () => {
    await keyboard.press("z");
    await expect(panel(page, "Switched off")).toContainText("Nothing: this is the model as it is.");
    await keyboard.press("Enter");
    await expect(panel(page, "Switched off").getByRole("listitem")).toContainText("L0H7");
    await keyboard.press(" ");
    await expect(panel(page, "Inspector").getByRole("heading", { name: "L0H7" })).toBeVisible();
    await keyboard.press("]");
    await expect(headCell(page, "L1H7")).toBeFocused();
    await expect(panel(page, "Inspector").getByRole("heading", { name: "L1H7" })).toBeVisible();
  });

  await test.step("g n shows the neurons; Tab and Enter open a neuron's card", async () => {
    await keyboard.press("g");
    await keyboard.press("n");
    await expect(neuronRows(page)).toHaveCount(10);
    await tabTo(page, "button", "L4N425");
    await keyboard.press("Enter");
    await expect(panel(page, "Inspector").getByRole("heading", { name: "L4N425" })).toBeVisible();
    await expect(
      panel(page, "Inspector").getByRole("table", { name: /^(?:Value vector promotes|Promotes here)/ }),
    ).toBeVisible();
    await picture(page, "keyboard-neuron-card");
  });

  await test.step("Esc lets go of it, g h goes back to the heads", async () => {
    await keyboard.press("Escape");
    await expect(panel(page, "Inspector").getByRole("heading", { name: "L4N425" })).toBeHidden();
    await keyboard.press("g");
    await keyboard.press("h");
    await expect(page.getByRole("tab", { name: "Heads" })).toHaveAttribute("aria-selected", "true");
    await expect(headCell(page, "L0H7")).toHaveAccessibleName(/, off$/);
  });

  await test.step("the tabs go by arrows, menus close by Esc and give the focus back", async () => {
    await tabTo(page, "tab");
    await keyboard.press("ArrowRight");
    await expect(page.getByRole("tab", { name: "Chain" })).toBeFocused();
    await keyboard.press("ArrowRight");
    await expect(page.getByRole("tab", { name: "Neurons" })).toBeFocused();
    await tabTo(page, "button", "examples");
    await keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "three plus five is English" })).toBeVisible();
    await keyboard.press("Escape");
    await expect(page.getByRole("button", { name: "examples" })).toBeFocused();
  });
});

/** More than the page has places for the focus. */
const MOST_TABS = 200;

/** Presses Tab until the focus is on, or in, what is looked for. */
async function tabTo(page: Page, role: "grid" | "button" | "tab", name?: string): Promise<void> {
  const wanted = page.getByRole(role, name === undefined ? {} : { name, exact: true });
  for (let presses = 0; presses < MOST_TABS; presses++) {
    await page.keyboard.press("Tab");
    const isThere = await wanted.evaluateAll((elements) =>
      elements.some((element) => element.contains(document.activeElement)),
    );
    if (isThere) return;
  }
  throw new Error(`Tab does not reach ${role} ${name ?? ""}`);
}

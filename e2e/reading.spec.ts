import AxeBuilder from "@axe-core/playwright";
import { expect, openApp, panel, picture, test } from "./support.ts";

/** With what the float64 reference has at the last position behind three layers. */
const LENS = "#v=1&m=abacus&d=f32&p=3%2B5%3D&look=lens&le=L1:-0.5821;L2:-0.3009;L5:-0.0601";

test(
  "the stream is read, the answer's writers stand beside what they are worth, and a link brings it back",
  { tag: "@page" },
  async ({ page }) => {
    await openApp(page, LENS);
    const heads = panel(page, "Heads");
    const look = (name: string) => heads.getByRole("group", { name: "Look at" }).getByRole("button", { name });

    await test.step("the lens says from which layer on the answer stands first; keys read another cell", async () => {
      await expect(heads).toContainText("At the last position 8 stands first from layer 1 on", { timeout: 60_000 });
      await heads.getByRole("grid").focus();
      await page.keyboard.press("ArrowUp");
      await expect(heads.locator(".lens-readout")).toContainText("behind layer 4, position 4 (=): 8 ");
      await heads.getByRole("button", { name: "final norm" }).click();
      await expect(heads).toContainText("at the clean run’s last scale");
      await expect(page).toHaveURL(/look=lens&norm=final/);
    });

    await test.step("the direct effects add up beside the total ones, and a layer opens its neurons", async () => {
      await look("direct").click();
      await expect(heads).toContainText("L0H7 is worth 7.9", { timeout: 60_000 });
      await heads.getByRole("group", { name: "Layers by direct effect" }).getByRole("button", { name: "L5" }).click();
      await expect(heads.getByRole("group", { name: "Neurons of layer 5" })).toContainText("L5N399");
      await picture(page, "direct", { fullPage: true });
    });

    await test.step("a score and a cause stand apart", async () => {
      await look("scores").click();
      await expect(heads).toContainText(/L\d+H\d+ attends most to what followed/, { timeout: 60_000 });
      await expect(heads).toContainText("Up: a cause");
    });

    await test.step("axe in the dark on a phone", async () => {
      await page.emulateMedia({ colorScheme: "dark" });
      await page.setViewportSize({ width: 390, height: 844 });
      for (const name of ["direct", "scores", "lens"]) {
        await look(name).click();
        await expect(heads.getByRole("grid")).toBeVisible({ timeout: 60_000 });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes.map(({ html }) => html).join(" ")}`)).toEqual(
          [],
        );
      }
    });
  },
);

import type { Page } from "@playwright/test";
import { ask, expect, expectModel, modelChip, panel, picture, predictionRow, test } from "./support.ts";

test.use({ isProvedAfresh: true });

test(
  "a GPU that computes wrong roots in silence is found out: the page answers on WASM and says why",
  { tag: "@gpu" },
  async ({ page }) => {
    await lieInEngine(page);
    await page.goto("/#v=1&m=abacus&p=3%2B5%3D");
    await expect(modelChip(page)).toHaveAccessibleName(/ · WASM$/, { timeout: 60_000 });
    await expect(
      page.getByRole("status").filter({
        hasText:
          /graphics processor computes wrong numbers in silence: SimplifiedLayerNormalization of 192.* is [\d.]+ off/,
      }),
    ).toHaveCount(1);
    await ask(page, "6*7=");
    await expect(predictionRow(page, "42")).toBeVisible();
    await picture(page, "gpu-lies");
    // by its name it is refused, and the model that answers stays
    await modelChip(page).click();
    await page.getByRole("group", { name: "Runs on" }).getByRole("button", { name: "WebGPU" }).click();
    await expect(page.getByText(/WASM is needed, or another graphics processor/)).toBeVisible({ timeout: 60_000 });
    await expect(predictionRow(page, "42")).toBeVisible();
  },
);

test(
  "a GPU that proves itself says how near to float64 it is, and where a link differs that the finding is to blame",
  { tag: "@gpu" },
  async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/#v=1&m=abacus&g=2e-6&p=3%2B5%3D&b=-0.5");
    await expectModel(page);
    await modelChip(page).click();
    await expect(page.getByText(/^This GPU agrees with float64 to \de-[5-8]; it was farthest in /)).toBeVisible();
    await page.keyboard.press("Escape");
    const prediction = panel(page, "Prediction");
    await expect(prediction).toContainText("differs on this machine");
    await prediction.getByText("The numbers").click();
    await expect(prediction).toContainText(
      /This machine is not to blame: its graphics processor agrees with float64 to \de-[5-8]\. Nor is the link’s, whose own agreed to 2e-6: the finding is\./,
    );
    await ask(page, "6*7=");
    await expect(predictionRow(page, "42")).toBeVisible();
    await page.getByRole("button", { name: "Copy link" }).click();
    await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/&d=q8&g=\de-[5-8]&rn=1&p=6\*7.*&b=-/);
  },
);

/** Every reciprocal root that the engine's shaders compute is a hundredth too large. */
async function lieInEngine(page: Page): Promise<void> {
  const lie = `{
    const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function (descriptor) {
      const code = descriptor.code.replaceAll("inverseSqrt(", "1.01 * inverseSqrt(");
      return createShaderModule.call(this, { ...descriptor, code });
    };
  }\n`;
  await page.route(/\/assets\/worker-[\w-]+\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: lie + (await response.text()) });
  });
}

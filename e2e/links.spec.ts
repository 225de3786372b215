import type { Page } from "@playwright/test";
import {
  expect,
  expectModel,
  expectWholeSweep,
  freshProfile,
  headCell,
  openApp,
  openWithModel,
  panel,
  picture,
  predictionRow,
  promptBox,
  test,
} from "./support.ts";

test("a finding travels in a link and is checked on the machine that opens it", async ({ page, context, baseURL }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openWithModel(page);
  await expectWholeSweep(page);
  await headCell(page, "L0H7").click();
  await page.getByRole("button", { name: "Switch L0H7 off" }).click();
  await expect(panel(page, "Prediction")).toContainText("With L0H7 off");

  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(
    /#v=1&m=abacus&h=[0-9a-f]{12}&d=q8(?:&g=\de-[5-8])?&p=3%2B5=&x=L0H7\*0&sel=L0H7&b=-0\.0\d+&c=-[78]\.\d+$/,
  );

  const { page: theirs, problems } = await freshProfile(page, baseURL!);
  const release = await holdModel(theirs);
  await theirs.goto(link);

  await test.step("the claimed numbers can be read before any model is there", async () => {
    await expect(panel(theirs, "Prediction")).toContainText(/The link says: log p −0\.0\d → −7\.9\d nats/);
    await expect(panel(theirs, "Prediction")).toContainText("Not checked on this machine yet.");
    await expect(promptBox(theirs)).toHaveValue("3+5=");
    await expect(panel(theirs, "Switched off").getByRole("listitem")).toContainText("L0H7");
    await picture(theirs, "link-before-model");
  });

  await test.step("the fresh machine reproduces them", async () => {
    release();
    await expectModel(theirs);
    await expect(panel(theirs, "Prediction")).toContainText(
      /✓ reproduced on this machine, largest difference (?:below )?\S+ nats/,
    );
    await expect(panel(theirs, "Inspector").getByRole("heading", { name: "L0H7" })).toBeVisible();
    await picture(theirs, "link-reproduced");
  });

  await test.step("another question is no longer what the link claims, going back is", async () => {
    await theirs.getByRole("button", { name: "Undo L0H7" }).click();
    await expect(panel(theirs, "Prediction")).not.toContainText("The link says");
    await theirs.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(panel(theirs, "Prediction")).toContainText("reproduced on this machine");
  });

  expect(problems.unexpected).toEqual([]);
  await theirs.context().close();
});

test("a link whose number is wrong says by how much", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, "#v=1&m=abacus&d=q8&p=3%2B5=&x=L0H7*0&b=-0.0602&c=-6.5");
  const prediction = panel(page, "Prediction");
  await expect(prediction).toContainText(/≠ differs on this machine, largest difference 1\.[3-5] nats/);
  await prediction.getByText("The numbers").click();
  await expect(prediction.getByRole("row").filter({ hasText: "with the interventions" })).toContainText(
    /−6\.5000−7\.9\d+/,
  );
  await expect(prediction).toContainText("Rounding does not explain it");
  await picture(page, "link-differs");
});

test("a link with neurons is checked neuron by neuron", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, "#v=1&m=abacus&d=q8&p=3%2B5=&x=L0H7*0&view=neurons&sort=-change&n=L4N425:0.6949");
  await expect(page.getByRole("tab", { name: "Neurons" })).toHaveAttribute("aria-selected", "true");
  await expect(panel(page, "Prediction")).toContainText("The link says: L4N425 loses 0.69");
  await expect(panel(page, "Prediction")).toContainText("reproduced on this machine");
});

test("back and forward go from finding to finding", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
  await expect(panel(page, "Prediction")).toContainText("With L0H7 off");

  await openApp(page, "#v=1&m=abacus&p=6*7%3D");
  await expect(predictionRow(page, "42")).toBeVisible();
  await expect(panel(page, "Switched off")).toContainText("Nothing: this is the model as it is.");

  await page.goBack();
  await expect(promptBox(page)).toHaveValue("3+5=");
  await expect(panel(page, "Prediction")).toContainText("With L0H7 off, p(8) falls");

  await page.goForward();
  await expect(promptBox(page)).toHaveValue("6*7=");
  await expect(predictionRow(page, "42")).toBeVisible();
});

test(
  "Back and Forward go through an example, a switch and a tab, and the title says what is shown",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page);
    await expect(page).toHaveTitle("3+5= → 8 · Heads · abacus · Arithmoscope");
    // the address follows a moment behind the title, and Back is about the addresses
    await page.getByRole("button", { name: "examples" }).click();
    await page.getByRole("button", { name: /^9-4=/ }).click();
    await expect(page).toHaveTitle("9-4= → 5 · Heads · abacus · Arithmoscope");
    await expect(page).toHaveURL(/[#&]p=9-4/);
    await panel(page, "Switched off").getByRole("textbox", { name: "Heads and neurons to switch off" }).fill("L5H7");
    await page.keyboard.press("Enter");
    await expect(page).toHaveTitle(/^9-4= → . · L5H7 off · Heads · abacus · Arithmoscope$/);
    await expect(page).toHaveURL(/[#&]x=L5H7/);
    await page.getByRole("tab", { name: "Chain" }).click();
    await expect(page).toHaveTitle(/^9-4= → . · L5H7 off · Chain · abacus · Arithmoscope$/);
    await expect(page).toHaveURL(/[#&]view=chain/);
    await page.goBack();
    await expect(page.getByRole("tab", { name: "Heads" })).toHaveAttribute("aria-selected", "true");
    await page.goBack();
    await expect(panel(page, "Switched off")).toContainText("Nothing: this is the model as it is.");
    await expect(page).toHaveTitle("9-4= → 5 · Heads · abacus · Arithmoscope");
    await page.goBack();
    await expect(promptBox(page)).toHaveValue("3+5=");
    await page.goForward();
    await expect(page).toHaveTitle("9-4= → 5 · Heads · abacus · Arithmoscope");
    await panel(page, "Switched off").getByRole("button", { name: "Undo", exact: true }).click();
    await expect(promptBox(page)).toHaveValue("3+5=");
  },
);

test("a link never downloads a model from elsewhere by itself", { tag: "@page" }, async ({ page }) => {
  await openApp(page, "#v=1&m=somebody/something@main&p=3%2B5%3D&b=-0.5");
  await expect(page.getByRole("group", { name: "Model status" })).toContainText(
    "This finding is about somebody/something from huggingface.co. Nothing is downloaded until you say so.",
  );
  await expect(panel(page, "Prediction")).toContainText("The link says: log p −0.50 nats");
  await picture(page, "link-offered");
});

/** Keeps the weights from arriving until the returned function is called. */
async function holdModel(page: Page): Promise<() => void> {
  let release = () => undefined as void;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/model.safetensors", async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

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
    /#v=1&m=abacus&h=[0-9a-f]{12}&d=q8(?:&g=\de-[5-8])?&rn=1&p=3%2B5=&x=L0H7\*0&sel=L0H7&b=-0\.0\d+&c=-[78]\.\d+$/,
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

test("the neurons that give most, and two maps, are checked by what float64 gives, and copied links claim them", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  // in nats, as the numbers of the link are
  const ASKED = "#v=1&m=abacus&d=f32&rn=1&p=3%2B5=";
  const band = panel(page, "The opened link");
  const copied = async () => {
    await page.getByRole("button", { name: "Copy link" }).click();
    await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
    return page.evaluate(() => navigator.clipboard.readText());
  };

  await openApp(page, `${ASKED}&view=neurons&b=-0.0601&te=L1N452:1.4507;L4N425:0.6816;L3N495:0.3908`);
  await expect(band).toContainText("✓ Reproduced on this machine. 4 numbers were computed anew", { timeout: 60_000 });
  await expect(panel(page, "Neurons")).toContainText("The link says: L1N452 adds +1.45 to log p(answer), L4N425");
  await expect(panel(page, "Neurons")).toContainText("✓ reproduced on this machine");
  expect(await copied()).toMatch(/&b=-0\.060\d&te=L1N452:1\.45\d+;L4N425:0\.68\d+;L3N495:0\.39\d+$/);

  const heads = "L0H7:7.9161;other-L0H7:3.9987;L5H4:0.0323;other-L5H4:0.0841;L0H0:0.014;other-L0H0:-0.0002";
  await page.goto(`/?visit=maps${ASKED}&hcmp=4%2B5=&b=-0.0601&he=baseline:-0.0524;${heads}`);
  await expect(band).toContainText("✓ Reproduced on this machine. 8 numbers were computed anew", { timeout: 120_000 });
  await expect(panel(page, "Heads")).toContainText(
    "The link says: log p(answer) of the second run −0.05, effect of L0H7 in the first map 7.92, effect of L0H7 in the second map 4.00",
  );
  await expect(panel(page, "Heads")).toContainText("✓ reproduced on this machine");
  await picture(page, "link-maps", { fullPage: true });
  expect(await copied()).toMatch(/&he=baseline:-0\.05\d+;L0H7:7\.91\d*;other-L0H7:[34]\.\d+;L5H4:0\.03/);
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

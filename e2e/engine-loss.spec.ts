import type { Page, Worker } from "@playwright/test";
import {
  ask,
  expect,
  expectModel,
  expectWholeSweep,
  openWithModel,
  panel,
  picture,
  predictionRow,
  promptBox,
  test,
} from "./support.ts";

const FINDING = "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0";

test(
  "the worker dies without a word: the page keeps everything and starts it again",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, FINDING);
    await expectWholeSweep(page);
    // the worker's end takes the answer to this call with it
    await engineWorker(page)
      .evaluate(() => self.close())
      .catch(() => undefined);
    await expect(page.getByText("The engine’s worker ended without a word, perhaps for want of memory.")).toBeVisible();
    await expectKept(page);
    await picture(page, "worker-died");
    await expectRecovered(page);
  },
);

test(
  "an error that nobody caught ends the worker: the page keeps everything and starts it again",
  { tag: "@page" },
  async ({ page, problems }) => {
    problems.expect(/out of the blue/);
    await openWithModel(page, FINDING);
    await expectWholeSweep(page);
    await engineWorker(page).evaluate(() => {
      setTimeout(() => {
        throw new Error("out of the blue");
      });
    });
    await expect(page.getByText(/^The engine’s worker stopped: .*out of the blue/)).toBeVisible();
    await expectKept(page);
    await expectRecovered(page);
  },
);

test(
  "the worker hangs: after a minute without a sign the page offers to restart it, and the same question is answered",
  { tag: "@page" },
  async ({ page }) => {
    await page.clock.install();
    await openWithModel(page, FINDING);
    await expectWholeSweep(page);
    // ends with the worker
    void engineWorker(page)
      .evaluate(() => {
        for (;;);
      })
      .catch(() => undefined);
    await ask(page, "6*7=");
    const restart = page.getByRole("button", { name: "Restart the engine" });
    await expect(panel(page, "Prediction").getByRole("button", { name: "Stop" })).toBeVisible();
    await expect(restart).toHaveCount(0);
    await page.clock.runFor(61_000);
    await expect(page.getByRole("alert")).toContainText("The engine has given no sign for 60\u202fs.");
    await picture(page, "worker-hangs");
    await restart.click();
    await expect(restart).toHaveCount(0);
    await expect(promptBox(page)).toHaveValue("6*7=");
    await expectModel(page);
    await expect(predictionRow(page, "42")).toBeVisible();
    await expect(panel(page, "Switched off").getByRole("listitem")).toContainText("L0H7");
    await expectWholeSweep(page);
  },
);

test(
  "the GPU is lost in the middle of a sweep: the page keeps everything, recovers and completes it",
  { tag: "@gpu" },
  async ({ page }) => {
    await openWithModel(page, FINDING);
    await expectWholeSweep(page);
    await ask(page, "6*7=");
    await expect(panel(page, "Heads").getByText(/^So far: /)).toBeVisible();
    await engineWorker(page).evaluate(loseDevice);
    await expect(page.getByText("The graphics processor was lost")).toBeVisible();
    await expect(promptBox(page)).toHaveValue("6*7=");
    await expect(panel(page, "Switched off").getByRole("listitem")).toContainText("L0H7");
    await picture(page, "device-lost");
    await expectModel(page);
    await expect(predictionRow(page, "42")).toBeVisible();
    await expectWholeSweep(page);
    await picture(page, "device-lost-recovered");
  },
);

/** Lets the GPU device go as soon as it is given more work. */
function loseDevice(): void {
  const { createCommandEncoder } = GPUDevice.prototype;
  GPUDevice.prototype.createCommandEncoder = function (this: GPUDevice, ...args) {
    this.destroy();
    return createCommandEncoder.apply(this, args);
  };
}

function engineWorker(page: Page): Worker {
  const [worker] = page.workers();
  if (!worker) throw new Error("the page has no worker");
  return worker;
}

async function expectKept(page: Page): Promise<void> {
  await expect(promptBox(page)).toHaveValue("3+5=");
  await expect(panel(page, "Switched off").getByRole("listitem")).toContainText("L0H7");
  await expect(predictionRow(page, "8")).toBeVisible();
}

/** The model is back and answers what it has not been asked before. */
async function expectRecovered(page: Page): Promise<void> {
  await expectModel(page);
  await expect(page.getByText("The model was loaded again, and everything is computed anew.")).toBeVisible();
  await expect(panel(page, "Prediction")).toContainText("With L0H7 off, p(8) falls");
  await ask(page, "6*7=");
  await expect(predictionRow(page, "42")).toBeVisible();
  await expectWholeSweep(page);
}

import { expect, test as base } from "@playwright/test";
import type { BrowserContext, Page } from "@playwright/test";
import type { ScriptingSurface } from "../src/app/scripting.ts";
import { FIRST_MODEL } from "../src/model/shipped-models.ts";
import { giveProofs, takeProofs } from "./shared-proofs.ts";

/** What went wrong behind the page's back; anything here that a test did not announce fails it. */
export interface Problems {
  /** Announces problems that belong to the story, such as the 404 of a missing file. */
  expect(pattern: RegExp): void;
  readonly unexpected: readonly string[];
}

/**
 * Playwright's `test`, which also fails on an error on the console, an uncaught exception, and a request to another
 * origin: the page promises to load nothing from elsewhere by itself.
 */
export const test = base.extend<{
  problems: Problems;
  isProvedAfresh: boolean;
  proofs: void;
  isForResearchers: boolean;
  numbers: void;
}>({
  /** The readers of the story asked for the researcher's numbers on an earlier visit; else they are new to the page. */
  isForResearchers: [true, { option: true }],
  numbers: [
    async ({ context, isForResearchers }, use) => {
      if (isForResearchers) await askForNumbers(context);
      await use();
    },
    { auto: true },
  ],
  /** The graphics processor proves itself in the story; else it is believed what it has proved in an earlier one. */
  isProvedAfresh: [false, { option: true }],
  proofs: [
    async ({ context, baseURL, isProvedAfresh }, use, info) => {
      const { origin } = new URL(baseURL!);
      const isShared = info.project.name === "webgpu" && !isProvedAfresh;
      if (isShared) await giveProofs(context, origin);
      await use();
      if (isShared && info.status === info.expectedStatus) await takeProofs(context, origin);
    },
    { auto: true },
  ],
  problems: [
    async ({ context, baseURL }, use) => {
      const problems = watch(context, new URL(baseURL!).origin);
      await use(problems);
      expect(problems.unexpected, "errors and requests to other origins").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** What a person's choice of the researcher's numbers leaves in the browser; a choice that the story makes itself stays. */
const askForNumbers = (context: BrowserContext) =>
  context.addInitScript(() => {
    try {
      if (localStorage.getItem("arithmoscope.numbers") === null) localStorage.setItem("arithmoscope.numbers", "full");
    } catch {
      // a story about storage that is denied
    }
  });

/** The pages of another reader: a profile of its own, watched like the first. Close its context when done. */
export async function freshProfile(
  page: Page,
  baseURL: string,
  {
    serviceWorkers = "block",
    isForResearchers = true,
  }: { readonly serviceWorkers?: "allow" | "block"; readonly isForResearchers?: boolean } = {},
): Promise<{ page: Page; problems: Problems }> {
  const viewport = page.viewportSize();
  const context = await page.context().browser()!.newContext({ baseURL, viewport, serviceWorkers });
  if (isForResearchers) await askForNumbers(context);
  const { origin } = new URL(baseURL);
  if (backendName() === "WebGPU") {
    await takeProofs(page.context(), origin);
    await giveProofs(context, origin);
  }
  return { page: await context.newPage(), problems: watch(context, origin) };
}

/** The question that most stories ask, of abacus, whatever the page opens on by itself. */
const ABACUS = "#v=1&m=abacus&p=3%2B5=";
/** No link: the page as it opens by itself. */
export const FIRST_LOOK = "";

/** Opens the app with a link's fragment (`#v=1&p=…`), or as it opens by itself (`FIRST_LOOK`). */
export async function openApp(page: Page, hash = ABACUS): Promise<void> {
  await page.goto(`/${hash}`);
}

/** What the page calls the backend that this project is about. */
export const backendName = () => (test.info().project.name === "webgpu" ? "WebGPU" : "WASM");

/** The heads of the bundled model, 6 layers of 8. */
export const HEADS = 48;

/** A part of the page by the name that it is read out with. */
export const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
export const promptBox = (page: Page) => page.getByRole("textbox", { name: "Prompt", exact: true });
export const modelChip = (page: Page) => page.getByRole("button", { name: /^Model: / });
export const headCell = (page: Page, head: string) => page.getByRole("gridcell", { name: new RegExp(`^${head}:`) });
export const neuronRows = (page: Page) =>
  panel(page, "Neurons")
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader") });

/** Opens the app and waits until its model answers: abacus, or with `FIRST_LOOK` the one that the page opens on by itself. */
export async function openWithModel(page: Page, hash = ABACUS): Promise<void> {
  await openApp(page, hash);
  await expectModel(page, hash === FIRST_LOOK ? FIRST_MODEL : "abacus");
}

/** Opens the list of language models, from the chip's menu. */
export async function openModelList(page: Page) {
  await modelChip(page).click();
  await page.getByRole("button", { name: "Open a real language model…" }).click();
  return page.getByRole("dialog", { name: "Language models to open" });
}

/** The chip says which model answers, in which weights, on what. */
export async function expectModel(page: Page, name = "abacus"): Promise<void> {
  await expect(modelChip(page)).toHaveAccessibleName(
    new RegExp(`^Model: ${name} · 3\\.\\d+\\sM · q8 · ${backendName() === "WebGPU" ? "WebGPU ±\\de-[5-8]" : "WASM"}$`),
    {
      timeout: 60_000,
    },
  );
}

/** Every cell of the map has a number that was computed here. */
export async function expectWholeSweep(page: Page): Promise<void> {
  const heads = panel(page, "Heads");
  await expect(heads.getByText("recorded")).toHaveCount(0);
  await expect(heads.getByRole("gridcell", { name: /: (?:effect −?\d|without it .*likely)/ })).toHaveCount(HEADS);
  await expect(heads.getByRole("progressbar")).toHaveCount(0);
}

/** The answer's row in the table of predictions: the token, then its probability before and, if anything is changed, after. */
export const predictionRow = (page: Page, token: string) =>
  panel(page, "Prediction")
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader", { name: token, exact: true }) });

/** Types a prompt in place of the one that stands there, and asks at once. */
export async function ask(page: Page, prompt: string): Promise<void> {
  await promptBox(page).fill(prompt);
  await promptBox(page).press("Enter");
}

/** A picture to look at, in test-results/screenshots. */
export async function picture(page: Page, story: string, options: { readonly fullPage?: boolean } = {}): Promise<void> {
  const path = `test-results/screenshots/${story}-${test.info().project.name}.png`;
  await page.screenshot({ path, animations: "disabled", ...options });
}

/**
 * Calls the page's own engine, once `window.arithmoscope` is there. What goes in and out is cloned.
 *
 * @example await withEngine(page, (engine, prompt) => engine.predict(prompt, { top: 1 }), "3+5=")
 */
export async function withEngine<Result, Argument>(
  page: Page,
  call: (engine: ScriptingSurface, argument: Argument) => Promise<Result>,
  argument: Argument,
): Promise<Result> {
  await page.waitForFunction(() => "arithmoscope" in window);
  const engine = await page.evaluateHandle(
    () => (window as unknown as { arithmoscope: ScriptingSurface }).arithmoscope,
  );
  // Playwright's types know clonable arguments by their own names only
  return engine.evaluate(call as (engine: ScriptingSurface, argument: unknown) => Promise<Result>, argument);
}

/** A file or folder, as from the desktop: a script cannot make a drag that holds a folder. */
export async function drag(page: Page, type: "dragEnter" | "dragOver" | "drop", path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  await session.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data });
  await session.detach();
}

function watch(context: BrowserContext, origin: string): Problems {
  const seen: string[] = [];
  const expected: RegExp[] = [];
  context.on("console", (message) => {
    if (message.type() === "error") seen.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => seen.push(`uncaught: ${error.error().message}`));
  context.on("request", (request) => {
    const { protocol, origin: requested } = new URL(request.url());
    if (/^https?:$/.test(protocol) && requested !== origin) seen.push(`request to another origin: ${request.url()}`);
  });
  return {
    expect: (pattern) => expected.push(pattern),
    get unexpected() {
      return seen.filter((problem) => !expected.some((pattern) => pattern.test(problem)));
    },
  };
}

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { abacusFiles, randomCheckpoint } from "../test/checkpoints.ts";
import { adapterFiles, randomAdapter } from "../test/random/adapter.ts";
import {
  ask,
  expect,
  expectModel,
  freshProfile,
  modelChip,
  openApp,
  openWithModel,
  panel,
  picture,
  predictionRow,
  test,
  withEngine,
} from "./support.ts";

const LINK = "#v=1&m=abacus&p=3%2B5%3D&view=chain";
/** A chain of all four stages needs a head above layer 0, and thresholds that let it through. */
const ALL_STAGES =
  "#v=1&m=abacus&p=III%20%2B%20V%20%3D&view=chain&ph=L3H6&min=headEffect:0.2;promotingShare:0;neuronChange:0.0005;transferShare:0;enhancingDrop:0";
/** To compute a chain on WASM in a machine that does much else. */
const PATIENCE = { timeout: 120_000 };

const view = (page: Page) => panel(page, "Chain");
const drawing = (page: Page, prompt = "3+5=") =>
  view(page).getByRole("group", { name: `Chain of ${prompt}: four stages` });
const stages = (page: Page) =>
  view(page)
    .getByRole("list", { name: /^Stages of/ })
    .getByRole("listitem");
const node = (page: Page, id: string) => drawing(page).locator(`[data-node="${id}"]`);
/** A number as the page writes it. */
const written = (value: number) => value.toFixed(2).replace("-", "−");

test("3+5=: the stages' numbers are a script's, a part is switched off and the rest answers", async ({ page }) => {
  await openWithModel(page);
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await expect(page.getByRole("tab", { name: "Chain" })).toHaveAttribute("aria-selected", "true");
  await expect(drawing(page)).toBeVisible(PATIENCE);

  await test.step("four stages, two of them without evidence, in the numbers of a script", async () => {
    const chain = await withEngine(page, (engine) => engine.chain("3+5="), undefined);
    const [predicting, deepening] = [chain.stages[2]!.evidence!, chain.stages[3]!.evidence!];
    if (predicting.stage !== "feature-predicting" || deepening.stage !== "prediction-enhancing")
      throw new Error("stages");
    await expect(stages(page)).toHaveCount(4);
    await expect(stages(page).nth(0)).toContainText(
      "No evidence: L0H7 stands in layer 0, so that 0 layers lie below it",
    );
    await expect(stages(page).nth(1)).toContainText("No evidence: L0H7 stands in layer 0");
    await expect(stages(page).nth(2)).toContainText(
      `Switching L0H7 off lowers log p(8) by ${written(predicting.effect)}; the next head, L${predicting.runnersUp[0]!.head.layer}H${predicting.runnersUp[0]!.head.head}, lowers it by ${written(predicting.runnersUp[0]!.effect)}. ` +
        `${predicting.promoting} of the 10 neurons that lose most without it promote 8`,
    );
    await expect(stages(page).nth(3)).toContainText(
      `${deepening.neurons} deep neurons in 5 layers raise 8. Without L1N452, the lowest, the higher ones’ activations fall by ${(deepening.drop! * 100).toFixed(1)}\u202f% on average and log p(8) falls by ${written(deepening.effect!)}.`,
    );
    await expect(view(page)).toContainText(
      /Control: with all 8 deep neurons off log p\(8\) goes from −0\.06 to −1\.\d\d/,
      PATIENCE,
    );
  });

  await test.step("every node and edge stands in the table with its numbers", async () => {
    const chain = await withEngine(page, (engine) => engine.chain("3+5="), undefined);
    await view(page).getByText("As a table").click();
    const parts = view(page).getByRole("table", { name: "Parts of the chain of 3+5=" });
    const edges = view(page).getByRole("table", { name: "Edges of the chain of 3+5=" });
    await expect(parts.locator("tbody tr")).toHaveCount(chain.nodes.length);
    await expect(edges.locator("tbody tr")).toHaveCount(chain.edges.length);
    const { contribution, effect } = chain.nodes.find(({ id }) => id === "L4N425")!;
    const row = parts.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "L4N425", exact: true }) });
    await expect(row).toContainText(`+${written(contribution!)}`);
    await expect(row.getByRole("cell").last().locator(".value")).toHaveAttribute(
      "title",
      String(effect).replace("-", "\u2212"),
    );
    const edge = edges.getByRole("row").filter({ hasText: "predicts" }).filter({ hasText: "L4N425" });
    await expect(edge).toContainText("claimed only");

    // each edge alone, as a script has it: on the edge, in its row and in the link
    await view(page).getByRole("button", { name: "Measure the edges" }).click();
    const found = await withEngine(page, (engine) => engine.chainEdges("3+5="), undefined);
    const { activation } = found.edges.find(({ from, to }) => from === "L0H7" && to === "L4N425")!;
    const [before, after] = [activation!.before, activation!.after].map((value) => value.toFixed(1));
    await expect(edge).toContainText(new RegExp(`activation ${before} → ${after}, log p 0\\.00 nats$`), PATIENCE);
    const word = found.edges.find(({ from }) => from === "E@2")!;
    await expect(drawing(page).getByText(`L0H7 ${written(word.effect)}`)).toBeVisible();
    await expect(page).toHaveURL(/&em=1(?:&|$)/);
    await picture(page, "chain-measured");
    await view(page).getByRole("button", { name: "Measure the edges" }).click();
    await expect(edge).toContainText("claimed only");
    await view(page).getByText("As a table").click();
  });

  await test.step("a switch takes a part out; prediction and the other parts answer", async () => {
    await node(page, "L1N452").locator("[data-switch]").click();
    const changed = await withEngine(
      page,
      (engine) => engine.chain("3+5=", { interventions: [{ neuron: "L1N452", scale: 0 }] }),
      undefined,
    );
    await expect(view(page)).toContainText(
      `With L1N452 off log p(8) goes from −0.06 to ${written(changed.baseline)}`,
      PATIENCE,
    );
    const moved = changed.nodes.find(({ id }) => id === "L4N425")!;
    await expect(view(page)).toContainText(
      `Of the other parts L4N425 answers most: its increase goes from 0.68 to ${written(moved.contribution!)}.`,
    );
    await expect(node(page, "L1N452")).toHaveAttribute("aria-pressed", "true");
    await expect(node(page, "L4N425")).toHaveAccessibleName(
      new RegExp(`increase \\+${written(moved.contribution!)} nats`),
    );
    await expect(drawing(page)).toContainText("L1N452 off");
    await expect(panel(page, "Switched off").getByRole("listitem")).toHaveCount(1);
    await picture(page, "chain-off", { fullPage: true });
  });

  await test.step("the link brings all of it back", async () => {
    await expect
      // the model's content aside, which its own story holds
      .poll(() => new URL(page.url()).hash.replace(/&h=[0-9a-f]{12}&/, "&"))
      .toBe(
        `${LINK.replace("m=abacus&", "m=abacus&d=q8&rn=1&").replace("%3D", "=").replace("&view", "&x=L1N452*0&view")}`,
      );
    const sentence = await view(page).locator(".says").first().innerText();
    await page.reload();
    await expectModel(page);
    await expect(view(page).locator(".says").first()).toHaveText(sentence, PATIENCE);
    await expect(node(page, "L1N452")).toHaveAttribute("aria-pressed", "true");
  });
});

test(
  "47+38= has no chain at first, and says why; a threshold that is moved draws it",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, LINK.replace("3%2B5%3D", "47%2B38%3D"));
    const chain = await withEngine(page, (engine) => engine.chain("47+38="), undefined);
    const { evidence } = chain.stages[2]!;
    if (evidence?.stage !== "feature-predicting") throw new Error("stages");
    await expect(view(page)).toContainText(
      `There is no chain to draw. No evidence: only ${evidence.promoting} of the 10 neurons that lose most without L0H0 promote 85, and 30.0\u202f% of them are needed.`,
      PATIENCE,
    );
    await expect(view(page).locator("svg.chain")).toHaveCount(0);
    await view(page).getByRole("button", { name: "Look nevertheless: move this threshold to 0.2" }).click();
    await expect(drawing(page, "47+38=")).toBeVisible(PATIENCE);
    await expect(stages(page).nth(2)).toContainText(
      `Switching L0H0 off lowers log p(85) by ${written(evidence.effect)};`,
    );
    await expect(page).toHaveURL(/&min=promotingShare:0\.2/);
    await view(page).getByText("Thresholds (moved)").click();
    await view(page).getByRole("button", { name: "As they begin" }).click();
    await expect(view(page)).toContainText("There is no chain to draw.", PATIENCE);
  },
);

test("what is no arithmetic has none, whatever is asked of it", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, LINK.replace("3%2B5%3D", "the%20capital%20of%20france%20is"));
  await expect(view(page)).toContainText(
    /There is no chain to draw\. No evidence: the head that costs most, L\dH\d, lowers log p\(paris\) by 0\.\d\d nats, and 0\.50 are needed\./,
    PATIENCE,
  );
  await view(page).getByRole("combobox", { name: "predicting head" }).fill("L0H7");
  await view(page).getByRole("button", { name: "Explain" }).click();
  await expect(view(page)).toContainText(/No evidence: switching L0H7 off (?:lowers|raises) log p\(paris\)/, PATIENCE);
  await view(page).getByRole("combobox", { name: "predicting head" }).fill("L4N425");
  await view(page).getByRole("button", { name: "Explain" }).click();
  await expect(page.getByText("“L4N425” is a neuron; a chain is explained by a head, as L3H4.")).toBeVisible();
});

test(
  "a part is kept with its numbers, by click and by keyboard, and switched off in every stage",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, ALL_STAGES);
    const figure = drawing(page, "III + V =");
    await expect(figure).toBeVisible(PATIENCE);
    const kinds = await figure
      .locator("[data-node]")
      .evaluateAll((nodes) => nodes.map((each) => each.getAttribute("class")!));
    for (const kind of ["embedding", "shallow-neuron", "attention-layer", "head", "deep-neuron"]) {
      expect(
        kinds.some((name) => name.includes(kind)),
        kind,
      ).toBe(true);
    }
    await test.step("the keyboard goes from part to part, Space keeps, Enter switches", async () => {
      await figure.locator('[tabindex="0"]').focus();
      await expect(figure.locator(":focus")).toHaveAttribute("data-node", "L3H6");
      await page.keyboard.press(" ");
      await expect(panel(page, "Inspector").getByRole("heading", { name: "L3H6" })).toBeVisible();
      await expect(panel(page, "Inspector").getByRole("region", { name: "L3H6 in the chain" })).toContainText(
        "predicting head",
      );
      await page.keyboard.press("ArrowRight");
      await expect(figure.locator(":focus")).not.toHaveAttribute("data-node", "L3H6");
    });
    await test.step("what is kept has one card, one switch and one number", async () => {
      const worth = (await figure.locator('[data-node="L3H6"] .effect').textContent())!.trim();
      for (const name of ["effect alone", "effect now"]) {
        const fact = page
          .getByText(name, { exact: true })
          .locator("xpath=ancestor-or-self::dt/following-sibling::dd[1]");
        await expect(fact).toHaveText(`${worth} nats`);
      }
      await expect(page.getByRole("button", { name: "Switch L3H6 off" })).toHaveCount(1);
      await expect(page.getByRole("region", { name: "Part L3H6" })).toHaveCount(0);
    });
    await test.step("one part of each stage is off, and on again", async () => {
      for (const kind of ["shallow-neuron", "attention-layer", "head", "deep-neuron"]) {
        const part = figure.locator(`.${kind}[data-node]`).first();
        const id = await part.getAttribute("data-node");
        await part.focus();
        await page.keyboard.press("Enter");
        await expect(part, id!).toHaveAttribute("aria-pressed", "true");
        await expect(view(page)).toContainText(/With .* log p\(VIII\) goes from/, PATIENCE);
        await page.keyboard.press("Enter");
        await expect(part, id!).toHaveAttribute("aria-pressed", "false");
      }
    });
    await test.step("the pointer lights the paths through a part", async () => {
      await figure.locator(".shallow-neuron[data-node]").first().hover();
      await expect(figure.locator(".head[data-node]")).not.toHaveClass(/is-dim/);
      await expect(figure.locator(".curve.is-lit").first()).toBeAttached();
      const lit = await figure.locator("[data-node]:not(.is-dim)").count();
      expect(lit).toBeLessThan(await figure.locator("[data-node]").count());
      await page.mouse.move(2, 2);
      await expect(figure.locator(".is-dim")).toHaveCount(0);
    });
    await test.step("an attention layer is kept in the chain's own card", async () => {
      const layer = figure.locator(".attention-layer[data-node]").first();
      await layer.locator(".ground").click();
      await expect(view(page).getByRole("region", { name: /^Part attention L\d/ })).toContainText(
        "shallow attention layer",
      );
      await picture(page, "chain-card", { fullPage: true });
    });
  },
);

test("a link to a chain has its numbers checked where it is opened", async ({ page, context, baseURL }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openWithModel(page, LINK);
  await expect(drawing(page)).toBeVisible(PATIENCE);
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const chain = await withEngine(page, (engine) => engine.chain("3+5="), undefined);
  const effectOf = (id: string) => chain.nodes.find((each) => each.id === id)!.effect!;
  const [, claims] = /&ce=([^&]*)&b=/.exec(link)!;
  const claimed = claims!.split(";").map((claim) => claim.split(":") as [string, string]);
  const strongest = chain.nodes
    .filter(({ kind }) => kind === "deep-neuron")
    .sort((a, b) => Math.abs(b.effect!) - Math.abs(a.effect!))
    .slice(0, 2);
  expect(claimed.map(([name]) => name)).toEqual(["L0H7", ...strongest.map(({ id }) => id), "stages"]);
  expect(claimed.at(-1)).toEqual(["stages", "2"]);
  for (const [name, number] of claimed.slice(0, -1)) expect(Number(number)).toBeCloseTo(effectOf(name), 3);

  const { page: theirs, problems } = await freshProfile(page, baseURL!);
  await test.step("the fresh machine reproduces them", async () => {
    await openWithModel(theirs, new URL(link).hash);
    await expect(view(theirs)).toContainText(`The link says: effect ${written(effectOf("L0H7"))} of L0H7, `);
    await expect(view(theirs)).toContainText(
      /✓ reproduced on this machine, largest difference (?:below )?\S+ nats/,
      PATIENCE,
    );
    await picture(theirs, "chain-link-reproduced", { fullPage: true });
  });
  await test.step("what is off is no other chain; a threshold that is moved is", async () => {
    await node(theirs, "L1N452").locator("[data-switch]").click();
    await expect(node(theirs, "L1N452")).toHaveAttribute("aria-pressed", "true");
    await expect(view(theirs)).toContainText("reproduced on this machine");
    await expect(theirs).toHaveURL(/&x=L1N452\*0&view=chain&ce=/);
    await view(theirs).getByText("Thresholds").first().click();
    await view(theirs).getByRole("spinbutton", { name: "the head’s loss costs at least" }).fill("0.4");
    await expect(view(theirs)).not.toContainText("The link says");
    await expect(theirs).toHaveURL(/&min=headEffect:0\.4$/);
  });
  await test.step("a number that was changed by 0.1 is told by how much", async () => {
    const [, head] = claimed[0]!;
    await openApp(theirs, new URL(link).hash.replace(`L0H7:${head}`, `L0H7:${(Number(head) - 0.1).toFixed(4)}`));
    await expect(view(theirs)).toContainText("≠ differs on this machine, largest difference 0.10 nats", PATIENCE);
    await view(theirs).getByText("The numbers").click();
    await expect(view(theirs).getByRole("row", { name: /^effect of L0H7 / })).toContainText(
      `${(Number(head) - 0.1).toFixed(4).replace("-", "−")}${Number(head).toFixed(4).replace("-", "−")}`,
    );
    await expect(view(theirs)).toContainText(
      "Rounding does not explain it: the model, the method or a machine’s arithmetic differs, or the link was altered or mistyped.",
    );
    await picture(theirs, "chain-link-differs", { fullPage: true });
  });
  expect(problems.unexpected).toEqual([]);
  await theirs.context().close();
});

test("a link to a chain that was declined claims why", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, `${LINK.replace("3%2B5%3D", "47%2B38%3D")}&cr=L0H0:-9;promoting-share:0.2;stages:0`);
  await expect(view(page)).toContainText(/≠ differs on this machine, largest difference \d\.\d nats/, PATIENCE);
  const chain = await withEngine(page, (engine) => engine.chain("47+38="), undefined);
  const { evidence } = chain.stages[2]!;
  if (evidence?.stage !== "feature-predicting") throw new Error("stages");
  await openApp(
    page,
    (await page.evaluate(() => location.hash)).replace("L0H0:9", `L0H0:${evidence.effect.toFixed(4)}`),
  );
  await expect(view(page)).toContainText("reproduced on this machine", PATIENCE);
  await view(page).getByText("The numbers").click();
  await expect(view(page)).toContainText(
    "The same as in the link: share of the compared neurons that promote the target, stages with evidence.",
  );
  await view(page).getByRole("button", { name: "Look nevertheless" }).click();
  await expect(drawing(page, "47+38=")).toBeVisible(PATIENCE);
  await expect(view(page)).not.toContainText("The link says");
});

test("two prompts lie side by side on one scale", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, LINK);
  await view(page).getByRole("textbox", { name: "compare with" }).fill("12/4=");
  await view(page).getByRole("button", { name: "Compare" }).click();
  await expect(drawing(page, "12/4=")).toBeVisible(PATIENCE);
  await expect(drawing(page, "3+5=")).toBeVisible();
  await expect(page).toHaveURL(/&cmp=12\/4=/);
  const [own, other] = [await drawing(page, "3+5=").boundingBox(), await drawing(page, "12/4=").boundingBox()];
  expect(Math.abs(own!.y - other!.y)).toBeLessThan(2);
  expect(other!.x).toBeGreaterThanOrEqual(own!.x + own!.width);
  await picture(page, "chain-compared", { fullPage: true });
  await view(page).getByRole("button", { name: "One prompt only" }).click();
  await expect(drawing(page, "12/4=")).toHaveCount(0);
});

test(
  "two variants lie side by side: an adapter whose B is 0 has the base's chain",
  { tag: "@page" },
  async ({ page, baseURL }) => {
    const address = "/adapters/zero/";
    const files = adapterFiles(randomAdapter(abacusFiles(), { rank: 2, layers: [0, 4], upFactor: 0 }));
    await page.route(`**${address}*`, (route) => {
      const body = files.get(new URL(route.request().url()).pathname.slice(address.length));
      return body ? route.fulfill({ body: Buffer.from(body) }) : route.fulfill({ status: 404, body: "Not found" });
    });
    await openWithModel(page, LINK);
    await withEngine(page, (engine, base) => engine.attachAdapter({ kind: "url", base }), `${baseURL}${address}`);
    await page.getByRole("group", { name: "Variant of the model" }).getByRole("button", { name: "base" }).click();
    await view(page).getByRole("button", { name: "Beside the adapted model" }).click();
    await expect(drawing(page, "3+5= (adapted)")).toBeVisible(PATIENCE);
    await expect(drawing(page, "3+5= (base)")).toBeVisible();
    await expect(page).toHaveURL(/&cmpv=adapted/);
    const sentences = await stages(page).allInnerTexts();
    expect(sentences).toHaveLength(8);
    expect(sentences.slice(4)).toEqual(sentences.slice(0, 4));
  },
);

test(
  "words and figures of every operation are explained in the numbers of a script",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, LINK);
    for (const prompt of ["12/4=", "three plus five is", "9-4="]) {
      await ask(page, prompt);
      await expect(drawing(page, prompt)).toBeVisible(PATIENCE);
      const chain = await withEngine(page, (engine, asked) => engine.chain(asked), prompt);
      const { evidence } = chain.stages[2]!;
      if (evidence?.stage !== "feature-predicting") throw new Error("stages");
      const { head, effect } = evidence;
      await expect(stages(page).nth(2)).toContainText(
        `Switching L${head.layer}H${head.head} off lowers log p(${chain.target.text}) by ${written(effect)};`,
      );
      await expect(drawing(page, prompt).locator("[data-node]")).toHaveCount(chain.nodes.length - 1);
    }
  },
);

test(
  "the published chain is drawn without any model, and says that it is published",
  { tag: "@page" },
  async ({ page, problems }) => {
    problems.expect(/404/);
    await page.route("**/models/abacus/**", (route) =>
      route.fulfill({ status: 404, contentType: "text/plain", body: "gone" }),
    );
    await openApp(page, `${LINK}&chain=llama-7b-3plus5`);
    await expect(view(page)).toContainText("published, not computed here");
    await test.step("with its own answer beside it, and no other model's", async () => {
      const prediction = panel(page, "Prediction");
      await expect(prediction).toContainText("After “3+5=” Llama-7B answers “8” with 37.8\u202f%");
      await expect(prediction).not.toContainText("94.2");
      await expect(panel(page, "Switched off")).toHaveCount(0);
      await expect(panel(page, "Inspector")).toHaveCount(0);
    });
    await expect(stages(page).nth(2)).toHaveText(
      "Feature predicting. Switching L17H22 off lowers log p(8) by 1.81; the next head, L13H15, lowers it by 0.90. 9 of the 10 neurons that lose most without it promote 8.",
    );
    await expect(node(page, "L28N3696")).toContainText("+0.82");
    await expect(drawing(page).locator("[data-switch]")).toHaveCount(0);
    await view(page).getByText("As a table").click();
    await expect(
      view(page)
        .getByRole("row")
        .filter({ has: page.getByRole("rowheader", { name: "L12N4072 at 2" }) })
        .first(),
    ).toContainText("III three Three");
    await picture(page, "chain-published", { fullPage: true });

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      view(page).getByRole("button", { name: "JSON" }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const saved = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    expect(saved["published"]).toMatchObject({ kind: "published" });
    expect(saved["model"]).toBeUndefined();
  },
);

test("the figure leaves as SVG and PNG", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, LINK);
  await expect(drawing(page)).toBeVisible(PATIENCE);
  for (const kind of ["SVG", "PNG", "CSV"]) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      view(page).getByRole("button", { name: kind, exact: true }).click(),
    ]);
    await download.saveAs(test.info().outputPath(`chain.${kind.toLowerCase()}`));
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const saved = Buffer.concat(chunks);
    if (kind === "PNG") expect(saved.subarray(1, 4).toString()).toBe("PNG");
    else expect(saved.toString()).toContain("L4N425");
  }
});

/** From a folder, as a person would choose it. */
async function openRandom(page: Page, shape: Parameters<typeof randomCheckpoint>[0]): Promise<void> {
  await modelChip(page).click();
  const input = page.getByLabel("Open a folder on this computer…");
  await input.evaluate((element: HTMLInputElement) => element.removeAttribute("webkitdirectory"));
  const files = [...randomCheckpoint(shape)];
  await input.setInputFiles(
    files.map(([name, bytes]) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) })),
  );
  await expect(modelChip(page)).toHaveAccessibleName(/^Model: from disk · /);
}

test(
  "a chain that takes long is stopped, is not begun again by itself, and is when asked to",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, `${LINK}&min=headEffect:0;promotingShare:0;neuronChange:0`);
    // 192 heads over 120 tokens: the sweep takes some seconds
    const shape = { layers: 24, heads: 8, kvHeads: 8, headDim: 16, modelDim: 128, neurons: 512, context: 128 };
    await openRandom(page, { family: "gpt2", ...shape });
    // a sweep that the map of heads has finished since would not be made again
    const [long, other] = [5, 7].map((step) =>
      Array.from({ length: 120 }, (_, place) => `w${3 + ((step * place) % 87)}`).join(" "),
    ) as [string, string];
    const progress = view(page).getByRole("progressbar", { name: "Putting the chain together" });
    const isStopped = view(page).getByText("Putting the chain together was stopped.");

    await test.step("stopped with nothing there, it says so, and the answer stays", async () => {
      await ask(page, long);
      await view(page).getByRole("button", { name: "Stop" }).click();
      await expect(isStopped).toBeVisible();
      await expect(progress).toHaveCount(0);
      await expect(view(page).locator("svg.chain")).toHaveCount(0);
      await expect(panel(page, "Prediction")).toContainText(/The model answers “w\d+” with/);
    });

    await test.step("stopped with an earlier one there, that one stays, dimmed", async () => {
      await ask(page, "w5 w9 w33 w2");
      await expect(drawing(page, "w5 w9 w33 w2")).toBeVisible(PATIENCE);
      await expect(isStopped).toHaveCount(0);
      await ask(page, other);
      await view(page).getByRole("button", { name: "Stop" }).click();
      await expect(isStopped).toBeVisible();
      await expect(drawing(page, "w5 w9 w33 w2")).toBeVisible();
      await expect(view(page).locator(".stale")).toHaveAttribute("aria-busy", "false");
      await picture(page, "chain-stopped");
    });

    await test.step("another look at it does not begin it again, the button does", async () => {
      await view(page).getByRole("slider", { name: "fade edges below" }).press("ArrowRight");
      await expect(page).toHaveURL(/&edges=0\.25$/);
      await expect(isStopped).toBeVisible();
      await view(page).getByRole("button", { name: "Run again" }).click();
      await expect(isStopped).toHaveCount(0);
      await expect(drawing(page, other)).toBeVisible(PATIENCE);
      await expect(view(page).locator(".stale")).toHaveCount(0);
    });
  },
);

test("a chain of random GPT-2 weights is drawn or declined like any other", async ({ page }) => {
  await openWithModel(page);
  await openRandom(page, { family: "gpt2", layers: 4 });
  await ask(page, "w5 w9 w33 w2");
  await page.getByRole("tab", { name: "Chain" }).click();
  await expect(view(page)).toContainText("There is no chain to draw.", PATIENCE);
  await view(page).getByText("Thresholds").first().click();
  for (const name of [
    "the head’s loss costs at least",
    "of ten neurons that promote the target",
    "a deep neuron loses at least",
  ]) {
    await view(page).getByRole("spinbutton", { name }).fill("0");
  }
  await expect(drawing(page, "w5 w9 w33 w2")).toBeVisible(PATIENCE);
  const zero = { headEffect: 0, promotingShare: 0, neuronChange: 0 };
  const chain = await withEngine(page, (engine, thresholds) => engine.chain("w5 w9 w33 w2", { thresholds }), zero);
  await expect(drawing(page, "w5 w9 w33 w2").locator("[data-node]")).toHaveCount(chain.nodes.length - 1);
  const { evidence } = chain.stages[2]!;
  if (evidence?.stage !== "feature-predicting") throw new Error("stages");
  await expect(stages(page).nth(2)).toContainText(`by ${written(Math.abs(evidence.effect))};`);
});

test("the chain is for everybody, on a phone and in the dark", { tag: "@page" }, async ({ page }) => {
  for (const [name, link, prompt] of [
    ["add", `${LINK}&x=L1N452*0&sel=L4N425`, "3+5="],
    ["all", ALL_STAGES, "III + V ="],
  ] as const) {
    await openWithModel(page, link);
    await expect(drawing(page, prompt)).toBeVisible(PATIENCE);
    await expect(view(page)).toContainText("Control:", PATIENCE);
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        await expect(drawing(page, prompt)).toBeVisible();
        expect(await overlaps(page), `${name} at ${width}`).toEqual([]);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow, `${width} pixels`).toBeLessThanOrEqual(0);
        await picture(page, `chain-${name}-${theme}-${width}`, { fullPage: true });
      }
    }
  }
  await expect(predictionRow(page, "VIII")).toBeVisible();
});

/** Texts of the drawing that lie on each other, as the browser sets them. */
const overlaps = (page: Page) =>
  page.evaluate(() => {
    const texts = [...document.querySelectorAll("svg.chain text")].filter((text) => text.textContent !== "");
    const boxes = texts.map((text) => ({ name: text.textContent, box: text.getBoundingClientRect() }));
    // the descent of a face is empty under figures and most letters
    const SLACK = 3;
    return boxes.flatMap(({ name, box: a }, index) =>
      boxes
        .slice(index + 1)
        .filter(
          ({ box: b }) =>
            a.left + SLACK < b.right &&
            b.left + SLACK < a.right &&
            a.top + SLACK < b.bottom &&
            b.top + SLACK < a.bottom,
        )
        .map((other) => `${name} | ${other.name}`),
    );
  });

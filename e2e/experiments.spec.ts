import AxeBuilder from "@axe-core/playwright";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { FORGED_FILE } from "../test/forged-result.ts";
import { drag, expect, openWithModel, panel, picture, test, withEngine } from "./support.ts";

const LINK = "#v=1&m=abacus&p=3%2B5%3D&view=experiments";
const RUN_MS = 120_000;

const section = (page: Page) => panel(page, "Experiments");
const runButton = (page: Page) => section(page).getByRole("button", { name: /^(?:Run|Go on|Show)$/ });

async function run(page: Page): Promise<void> {
  await runButton(page).click();
  await expect(section(page).getByRole("progressbar")).toHaveCount(0, { timeout: RUN_MS });
  await expect(section(page).locator(".experiment-result")).toHaveAttribute("aria-busy", "false", { timeout: RUN_MS });
}

/** @param place the last of that name on the page, if there are several */
async function exported(page: Page, button: string, place = section(page)): Promise<Buffer> {
  const downloading = page.waitForEvent("download");
  await place.getByRole("button", { name: button, exact: true }).last().click();
  return readFile(await (await downloading).path());
}

test("heads by operation, to the end, and every export reads back", async ({ page }, info) => {
  await openWithModel(page, `${LINK}&ex=heads;n:5`);
  await expect(section(page)).toContainText(/n = 20 cases \(\+ 5, − 5, × 5, ÷ 5\).*about \d+\s(?:s|min)/, {
    timeout: 60_000,
  });
  await run(page);
  await expect(section(page)).toContainText(/L\dH\d costs? most over all groups/);
  await expect(section(page)).toContainText("Llama-7B, Yu & Ananiadou (2024)");
  await picture(page, "experiments-heads", { fullPage: true });

  await test.step("one operation at a time", async () => {
    await section(page).getByRole("group", { name: "Operation" }).getByRole("button", { name: "+" }).click();
    await expect(section(page)).toContainText(/costs? most in \+/);
  });

  await test.step("the table as CSV and JSON, with what it is about", async () => {
    const lines = (await exported(page, "CSV")).toString().trim().split("\r\n");
    const [header, ...rows] = lines.filter((line) => !line.startsWith("# "));
    expect(header).toMatch(
      /^head,layer,index,group,accuracy_per,ablation,.*suite,cases,seed,model,revision,dtype,link,from$/,
    );
    expect(rows).toHaveLength(48 * 5);
    const { rows: records } = JSON.parse((await exported(page, "JSON")).toString()) as {
      rows: Record<string, unknown>[];
    };
    expect(records).toHaveLength(48 * 5);
    expect(records[0]).toMatchObject({
      head: "L0H0",
      suite: "abacus-2d",
      cases: 20,
      seed: 1,
      model: "abacus",
      dtype: "q8",
    });
  });

  await test.step("the figure as SVG and PNG", async () => {
    const svg = (await exported(page, "SVG")).toString();
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain("<title>L0H7, +");
    expect((await exported(page, "PNG")).subarray(1, 4).toString()).toBe("PNG");
  });

  await test.step("the saved result opens again, dropped or chosen", async () => {
    const saved = await exported(page, "Save result");
    await section(page).getByRole("button", { name: "Mask and keep" }).click();
    const file = info.outputPath("result.json");
    writeFileSync(file, saved);
    for (const type of ["dragEnter", "dragOver", "drop"] as const) await drag(page, type, file);
    await expect(section(page)).toContainText(/L\dH\d costs? most/);
    await section(page).getByRole("button", { name: "Memorise or change one" }).click();
    await section(page)
      .getByLabel("Open a saved result")
      .setInputFiles({ name: "result.json", mimeType: "application/json", buffer: saved });
    await expect(section(page)).toContainText(/L\dH\d costs? most/);
    await section(page)
      .getByLabel("Open a saved result")
      .setInputFiles({ name: "result.json", mimeType: "application/json", buffer: Buffer.from("{}") });
    await expect(page.getByText("it has no “experiment” in it")).toBeVisible();
  });

  await test.step("the script gives the same numbers", async () => {
    const { value } = await withEngine(
      page,
      async (engine) => {
        const result = await engine.runExperiment({ kind: "heads", suite: "abacus-2d", count: 5 });
        return { value: result.kind === "heads" ? result.found.all.accuracy.value : Number.NaN };
      },
      undefined,
    );
    expect(value).toBeGreaterThan(0.9);
  });
});

// on a software GPU a hundred cases of each take minutes; what is kept is the same on both
test("stopped, a run goes on after a reload", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, `${LINK}&ex=heads;n:100`);
  await runButton(page).click();
  await expect(section(page)).toContainText(/[1-9]\d* of \d+, .* left/, { timeout: 60_000 });
  await section(page).getByRole("button", { name: "Stop" }).click();
  await expect(section(page)).toContainText("Stopped. What has been run is kept.");
  await page.reload();
  await expect(section(page)).toContainText(/[1-9]\d* of \d+ batches are kept from an earlier run/, {
    timeout: 60_000,
  });
  await section(page).getByRole("button", { name: "Go on" }).click();
  await expect(section(page)).toContainText(/All \d+ batches are kept/, { timeout: RUN_MS });
});

test("digits that are looked up, and mask and keep", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, `${LINK}&ex=memorise;n:5`);
  await run(page);
  await expect(section(page)).toContainText(/Lost: \+ without L0H\d/);
  await picture(page, "experiments-memorise", { fullPage: true });
  await section(page).getByRole("button", { name: "Mask and keep" }).click();
  await section(page).getByRole("combobox", { name: "cases of each" }).selectOption("5");
  await run(page);
  await expect(section(page)).toContainText(/Switching off the 10 neurons that lose most to L0H\d costs/);
  await picture(page, "experiments-neurons", { fullPage: true });
});

// these two are thousands of prompts, which take a software GPU minutes; the next test runs the same parts on both
test("a bias, its neurons, and what it costs to take it away", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, `${LINK}&ex=bias;n:3`);
  await expect(section(page)).toContainText("n = 30 cases (she 15, he 15)", { timeout: 60_000 });
  await run(page);
  await expect(section(page)).toContainText(
    /The gap is \d\.\d\d nats .* over 30 pairs; multiplying 18 neurons by 0 leaves \d\.\d\d .*costs pronouns/,
  );
  await expect(section(page)).toContainText("Table 13: bias in nats");
  await expect(section(page).getByRole("group", { name: "Table of neurons, scrolls" })).toContainText("L0N220");
  await picture(page, "experiments-bias", { fullPage: true });

  await test.step("its table reads back, and its result opens again", async () => {
    const lines = (await exported(page, "CSV")).toString().trim().split("\r\n");
    const [header, ...rows] = lines.filter((line) => !line.startsWith("# "));
    expect(header).toMatch(/^k,scale,ablation,measure,group,value,low,high,random_mean,random_spread,suite,/);
    // as it is: the bias, unseen prompts, two sides, six controls; for each k: these, the share taken away, and each cost thrice
    expect(rows).toHaveLength(10 + 7 * (5 + 6 * 3));
    const saved = await exported(page, "Save result");
    await section(page).getByRole("button", { name: "Mask and keep" }).click();
    await section(page)
      .getByLabel("Open a saved result")
      .setInputFiles({ name: "result.json", mimeType: "application/json", buffer: saved });
    await expect(section(page)).toContainText("over 30 pairs");
  });

  await test.step("prompts and words are edited, and what is wrong with them is said", async () => {
    await section(page).getByRole("button", { name: "Edit prompts and words" }).click();
    const text = section(page).getByRole("textbox", { name: /stands for a side/ });
    const definition = await text.inputValue();
    expect(definition).toContain('"nurse"');
    await text.fill(definition.replace('"{x}"', '"she"'));
    await expect(page.getByText("template 1 has no {x}")).toBeVisible();
    await text.fill(
      JSON.stringify({
        pair: {
          sides: ["mary", "john"],
          templates: [{ prompt: "{x} said that", answer: "{y}" }],
          words: { mary: ["she"], john: ["he"] },
        },
      }),
    );
    await expect(section(page)).toContainText("n = 2 cases (mary 1, john 1)", { timeout: 60_000 });
  });
});

test("pruning to few deep neurons, and the set as files", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, `${LINK}&ex=pruning;n:3;head:L0H7`);
  await expect(section(page)).toContainText("n = 12 cases (+ 3, − 3, × 3, ÷ 3)", { timeout: 60_000 });
  await run(page);
  await expect(section(page)).toContainText(
    /Keeping the first \d+ deep neurons of each answer token, \d+ of 1536 \(.*, leaves .* right, from .*; as many random ones leave/,
  );
  await expect(section(page)).toContainText("Table 11: accuracy in %");
  await picture(page, "experiments-pruning", { fullPage: true });

  await test.step("its table reads back", async () => {
    const lines = (await exported(page, "CSV")).toString().trim().split("\r\n");
    const [header, ...rows] = lines.filter((line) => !line.startsWith("# "));
    expect(header).toMatch(/^ablation,ranked_by,n_per_token,kept,share,group,accuracy,/);
    // all, four operations, those found on and two controls: as it is and for each N
    expect(rows).toHaveLength(9 * 8);
    expect(rows.every((row) => row.startsWith("zero,L0H7,"))).toBe(true);
  });

  await test.step("what is kept as JSON and as a function for PyTorch", async () => {
    await section(page).getByRole("combobox", { name: "neurons kept" }).selectOption("1");
    const { kept, neuronsPerLayer } = JSON.parse((await exported(page, "Kept neurons as JSON")).toString()) as {
      kept: { layer: number; neurons: number[] }[];
      neuronsPerLayer: number;
    };
    expect(neuronsPerLayer).toBe(512);
    expect(kept.map(({ layer }) => layer)).toEqual([3, 4, 5]);
    const snippet = (await exported(page, "Prune in PyTorch")).toString();
    for (const { layer, neurons } of kept) expect(snippet).toContain(`    ${layer}: [${neurons.join(", ")}],`);
  });
});

test("a pair's gap and a pruned model's answer are what the prompts' own answers say", async ({ page }) => {
  await openWithModel(page, LINK);
  const { bias, gaps } = await withEngine(
    page,
    async (engine) => {
      const pair = {
        sides: ["she", "he"] as const,
        templates: [{ prompt: "the {y} said that", answer: "{x}" }],
        words: { she: ["nurse"] },
      };
      const suite = { name: "one", title: "", about: "", pair };
      const { found } = await engine.runExperiment({ kind: "bias", suite, counts: [3], draws: 1, controls: [] });
      if (!("sides" in found)) throw new Error("no bias");
      const off = found.neurons.slice(0, 3).map(({ layer, neuron }) => ({ neuron: `L${layer}N${neuron}` }));
      const gap = async (interventions: typeof off) => {
        const [she, he] = [
          await engine.scoreAnswer("the nurse said that", { answer: " she", interventions }),
          await engine.scoreAnswer("the nurse said that", { answer: " he", interventions }),
        ];
        return she.logProbability - he.logProbability;
      };
      return { bias: [found.bias.value, found.rows[0]!.bias.value], gaps: [await gap([]), await gap(off)] };
    },
    undefined,
  );
  expect(bias[0]).toBeCloseTo(gaps[0]!, 3);
  expect(bias[1]).toBeCloseTo(gaps[1]!, 3);
  expect(bias[1]).toBeLessThan(bias[0]! - 0.1);

  const { left, answer } = await withEngine(
    page,
    async (engine) => {
      const suite = { text: "3+5=,8" };
      const options = { kind: "pruning", suite, counts: [500], draws: 1, controls: [], fromLayer: 5 } as const;
      const { found } = await engine.runExperiment(options);
      if (!("deep" in found)) throw new Error("no pruning");
      const kept = new Set(found.rows[0]!.kept[0]!.neurons);
      const cut = Array.from({ length: 512 }, (_, neuron) => neuron).filter((neuron) => !kept.has(neuron));
      const interventions = cut.map((neuron) => ({ neuron: `L5N${neuron}` }));
      const clean = await engine.scoreAnswer("3+5=", { answer: "8" });
      const pruned = await engine.scoreAnswer("3+5=", { answer: "8", interventions });
      return {
        left: { cut: cut.length, nats: found.rows[0]!.all.nats.value },
        answer: clean.logProbability - pruned.logProbability,
      };
    },
    undefined,
  );
  expect(left.cut).toBe(12);
  expect(left.nats).toBeCloseTo(answer, 3);
});

test("a pasted suite with a broken line keeps the rest and says which line", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, `${LINK}&ex=heads;suite:pasted`);
  await section(page)
    .getByRole("textbox", { name: /a case a line/ })
    .fill("3+5=,8,+\n4+4=\n9-4=,5,-");
  await expect(section(page).getByRole("list", { name: "Lines left out" })).toContainText(
    "Line 2 is left out: It has no answer",
  );
  await run(page);
  await expect(section(page)).toContainText("n = 2 cases (+ 1, − 1)");
});

// runs over many cases take a software GPU minutes; e2e/ablation-source.spec.ts holds the GPU to what is put in a part's place
test(
  "what takes the place of a head can be chosen, and the conclusions are compared",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, `${LINK}&ex=heads;n:5`);
    await run(page);
    await expect(section(page)).toContainText("Switched off by zero-ablation.");
    const compared = section(page).getByRole("region", { name: "Ablations compared" });
    await expect(compared).toHaveCount(0);
    for (const [choice, name] of [
      ["mean", "mean ablation"],
      ["another case’s", "resample ablation"],
    ] as const) {
      await section(page).getByRole("combobox", { name: "switched off" }).selectOption(choice);
      await run(page);
      await expect(section(page)).toContainText(`Switched off by ${name}.`);
    }
    await expect(compared).toContainText(/Zero and mean order the heads with ρ = [\d.−]+ by accuracy lost/);
    await expect(compared.getByRole("rowheader")).toHaveText(["zero", "mean", "another case’s"]);
    await picture(page, "experiments-ablations", { fullPage: true });

    await test.step("the table, the link and the script say which", async () => {
      const [header, first] = (await exported(page, "CSV"))
        .toString()
        .split("\r\n")
        .filter((line) => !line.startsWith("# "))
        .map((line) => line.split(","));
      expect(first![header!.indexOf("ablation")]).toBe("resample");
      const rows = (await exported(page, "CSV", compared)).toString().trim().split("\r\n");
      expect(rows.filter((row) => row.startsWith("pair,zero,mean,"))).toHaveLength(1);
      await expect(page).toHaveURL(/ex=heads(?:;|%3B)n(?::|%3A)5(?:;|%3B)off(?::|%3A)resample/);
      const lost = await withEngine(
        page,
        async (engine) => {
          const all = [];
          for (const ablation of ["zero", "mean", "resample"] as const) {
            const { found } = await engine.runExperiment({ kind: "heads", suite: "abacus-2d", count: 5, ablation });
            all.push("heads" in found ? found.heads[7]!.all.change.value : Number.NaN);
          }
          return all;
        },
        undefined,
      );
      expect(new Set(lost).size, lost.join()).toBe(3);
      expect(Math.min(...lost)).toBeGreaterThan(0);
    });
  },
);

// the index that it searches is held to every neuron on a GPU in e2e/lab.spec.ts
test("shallow neurons that speak of numbers are counted and switched off", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, `${LINK}&ex=concepts;n:1`);
  await expect(section(page).getByRole("textbox", { name: /concepts, one word after another/ })).toHaveValue(/three/);
  await run(page);
  await expect(section(page)).toContainText(
    /[\d,]+ of 1,536 neurons below layer 3 say \d+ or more concepts behind an attention layer up to L3.*Switching them off costs [\d.]+\s% of the right answer tokens \(relative\), as many random ones/,
  );
  await expect(section(page)).toContainText("M = 1");
  await picture(page, "experiments-concepts", { fullPage: true });
  const lines = (await exported(page, "CSV")).toString().trim().split("\r\n");
  const [header, ...rows] = lines.filter((line) => !line.startsWith("# "));
  expect(header).toMatch(
    /^reading,at_least,ablation,neurons,searched,.*suite,cases,seed,model,revision,dtype,link,from$/,
  );
  expect(rows).toHaveLength(16);

  await test.step("another list of words is another run, and stands in the link", async () => {
    await section(page)
      .getByRole("textbox", { name: /concepts, one word after another/ })
      .fill("three eight plus");
    await run(page);
    await expect(section(page)).toContainText(/[\d.]+ of the \d concepts stand among 50 random tokens/);
    await expect(page).toHaveURL(/words(?::|%3A)three(?:%2520|%20)eight/);
  });

  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await picture(page, "experiments-concepts-phone", { fullPage: true });
});

test("stages of the chain over a suite, and each case's chain as a link", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, `${LINK}&ex=stages;suite:pasted`);
  await section(page)
    .getByRole("textbox", { name: /a case a line/ })
    .fill("3+5=,8,+\n2+4=,6,+\n9-4=,5,-");
  await run(page);
  await expect(section(page)).toContainText(
    /By zero-ablation the stages have evidence in these shares of n = 3 cases: feature-enhancing .*L0H\d predicts? most often, (?:each )?in \d of \d\. By mean ablation, n = 3: .*All four under both in/,
  );
  await picture(page, "experiments-stages", { fullPage: true });
  const lines = (await exported(page, "CSV")).toString().trim().split("\r\n");
  const [header, ...rows] = lines.filter((line) => !line.startsWith("# "));
  expect(header).toMatch(
    /^group,ablation,n,feature_enhancing,feature_enhancing_low,feature_enhancing_high,.*all_four,/,
  );
  // all cases and two groups, under zero, mean and both
  expect(rows).toHaveLength(3 * 3);
  const [byZero, byMean] = await section(page)
    .getByRole("row", { name: /^3\+5=/ })
    .getByRole("link")
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).hash));
  expect([byZero, byMean].map((hash) => new URLSearchParams(hash!.slice(1)).get("si"))).toEqual([null, "2+4=\n9-4="]);
  await section(page)
    .getByRole("row", { name: /^3\+5=/ })
    .getByRole("link")
    .first()
    .click();
  await expect(panel(page, "Chain").getByRole("group", { name: "Chain of 3+5=: four stages" })).toBeVisible({
    timeout: RUN_MS,
  });
});

test(
  "patching over pairs: one head carries the operator, and each kind of pair has its map",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, `${LINK}&ex=patching;n:2`);
    await run(page);
    await expect(section(page)).toContainText("Over 2 pairs (operand)");
    await section(page).getByRole("group", { name: "Pairs" }).getByRole("button", { name: "operator" }).click();
    await expect(section(page)).toContainText("L0H7 moves it most");
    await picture(page, "experiments-patching", { fullPage: true });
  },
);

test(
  "papers as experiments: neurons by their rules, numbers as a helix, with the papers’ numbers beside them",
  { tag: "@page" },
  async ({ page }) => {
    await openWithModel(page, `${LINK}&ex=heuristics;suite:abacus-1d;n:2`);
    await run(page);
    await expect(section(page)).toContainText(/\+: \d.*of 192 neurons that support the answers most have a rule/);
    await section(page).getByRole("group", { name: "Operation" }).getByRole("button", { name: "÷" }).click();
    await expect(section(page)).toContainText(/of 2 right answers stay where their rules apply/);
    await expect(section(page)).toContainText("Nikankin et al. (2024), arXiv 2410.21272");
    await picture(page, "experiments-heuristics", { fullPage: true });

    await openWithModel(page, `${LINK}&ex=helix;n:2`);
    await run(page);
    await expect(section(page)).toContainText(/the residuals of 90 numbers are a helix to R² = 0\.8/);
    await expect(section(page)).toContainText("Kantamneni & Tegmark (2025), arXiv 2502.00873");
    await picture(page, "experiments-helix", { fullPage: true });
  },
);

test("a link brings the experiment and has its numbers checked", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, `${LINK}&ex=heads;n:5&er=accuracy:0.2`);
  await run(page);
  await expect(section(page)).toContainText("The link says: accuracy: 0.2.");
  await expect(section(page)).toContainText("differs on this machine");
  await expect(section(page)).toContainText("In the link accuracy: 0.2; here: 1.");
});

test("the experiments are for everybody, on a phone and in the dark", { tag: "@page" }, async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await openWithModel(page, `${LINK}&ex=heads;n:5`);
  await run(page);
  expect(
    (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
  ).toEqual([]);
  await picture(page, "experiments-dark", { fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await picture(page, "experiments-phone", { fullPage: true });
});

test(
  "a result that a link names elsewhere is read once a person says so, and only where it is that file",
  { tag: "@page" },
  async ({ page, context, problems }) => {
    const text = JSON.stringify(FORGED_FILE);
    const address = "https://results.example/heads.json";
    let body = text;
    await context.route(address, (route) =>
      route.fulfill({ body, contentType: "application/json", headers: { "Access-Control-Allow-Origin": "*" } }),
    );
    const sha256 = createHash("sha256").update(text).digest("hex");
    await openWithModel(page, `#v=1&m=abacus&p=3%2B5%3D&view=experiments&ef=${sha256}@${address}`);
    const offer = page.getByRole("region", { name: "Result that the link names" });
    await expect(offer).toContainText(`Read the result at results.example?`);
    await picture(page, "linked-result-offered");
    expect(problems.unexpected).toEqual([]);
    problems.expect(/results\.example/);

    body = text.replace("llama-7b", "llama-8b");
    await offer.getByRole("button", { name: "Read it" }).click();
    await expect(page.getByText("it is another file, and nothing of it is used")).toBeVisible();

    body = text;
    await offer.getByRole("button", { name: "Read it" }).click();
    await expect(section(page)).toContainText(
      `says that it is of the model llama-7b. The file's link: https://example.org/ It is the file that the link names, at ${address}. It was not computed on this page`,
    );
    await expect(offer).toBeHidden();
    await picture(page, "linked-result-shown", { fullPage: true });
    await expect(page).toHaveURL(new RegExp(`ef=${sha256}@`));
  },
);

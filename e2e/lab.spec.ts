import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, openWithModel, panel, picture, promptBox, test, withEngine } from "./support.ts";

/** 3+5= with the most important head off, in the lab. */
const LAB = "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0&view=lab";

/** The readout under the plot. */
const readout = (page: Page) => panel(page, "Operand plot").locator(".plot-readout");

test("a neuron over all operands: one look tells what it fires for", async ({ page }) => {
  await openWithModel(page, LAB);
  const plot = panel(page, "Operand plot");

  await test.step("the comparison's top neuron is what is offered", async () => {
    await expect(plot.getByRole("textbox", { name: "neuron" })).toHaveAttribute("placeholder", "L4N425", {
      timeout: 60_000,
    });
    await page.getByRole("button", { name: "Reset all" }).click();
    await expect(panel(page, "Switched off").getByRole("listitem")).toHaveCount(0);
    await plot.getByRole("textbox", { name: "neuron" }).fill("L4N425");
    await plot.getByRole("button", { name: "Draw" }).click();
    await expect(plot).toContainText("Activation of L4N425 in {a}+{b}=");
    await expect(plot).toContainText(/The answer.* explains \d+\.\d\s% of the variation/, { timeout: 60_000 });
    await expect(plot).toContainText("farthest from the rest is the answer 8");
    await picture(page, "lab-plot", { fullPage: true });
  });

  await test.step("the keyboard reads cells and opens one", async () => {
    const map = plot.getByRole("grid");
    await map.focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"])
      await page.keyboard.press(key);
    await expect(readout(page)).toHaveText(/^3\+2= 5: −?\d/);
    await page.keyboard.press("Enter");
    await expect(promptBox(page)).toHaveValue("3+2=");
  });

  await test.step("a click opens the prompt of the cell", async () => {
    const box = (await plot.getByRole("grid").boundingBox())!;
    const step = (box.width - 40) / 10;
    await page.mouse.move(box.x + 40 + 5.5 * step, box.y + 36 + 4.5 * step);
    await expect(readout(page)).toHaveText(/^4\+5= 9: /);
    await page.mouse.click(box.x + 40 + 5.5 * step, box.y + 36 + 4.5 * step);
    await expect(promptBox(page)).toHaveValue("4+5=");
  });

  await test.step("the same numbers stand in the table and come from a script", async () => {
    await plot.getByText("As a table").click();
    const cell = plot.getByRole("table").getByRole("row").nth(4).getByRole("cell").nth(5);
    const [value, direct] = await withEngine(
      page,
      async (engine) => {
        const digits = { from: 0, to: 9 };
        const asked = {
          template: "{a}+{b}=",
          operation: "+",
          a: digits,
          b: digits,
          quantity: { neuron: "L4N425" },
        } as const;
        const { values } = await engine.operandPlot(asked);
        const { rows } = await engine.topNeurons("3+5=", { count: 20 });
        return [values[3]![5]!, rows.find(({ layer, neuron }) => layer === 4 && neuron === 425)!.activation] as const;
      },
      undefined,
    );
    expect(value).toBeCloseTo(direct, 2);
    expect(Number((await cell.innerText()).replace("−", "-"))).toBeCloseTo(value, 0);
  });

  await test.step("division has cells without a whole answer", async () => {
    await plot.getByRole("combobox", { name: /^plot/ }).selectOption("probability");
    await plot.getByRole("group", { name: "Operation" }).getByRole("button", { name: "÷" }).click();
    await plot.getByRole("button", { name: "Draw" }).click();
    await expect(plot).toContainText("pairs have no whole answer", { timeout: 60_000 });
    await picture(page, "lab-division", { fullPage: true });
  });
});

test("a hundred by a hundred fill in as they arrive", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&view=lab");
  const plot = panel(page, "Operand plot");
  await plot.getByRole("textbox", { name: "neuron" }).fill("L1N452");
  await plot.getByRole("button", { name: "100 × 100" }).click();
  await plot.getByRole("button", { name: "Draw" }).click();
  await expect(plot.getByRole("progressbar")).toBeVisible();
  await expect(plot).toContainText(/From .* to .* at a = \d+, b = \d+\./);
  await expect(plot.getByRole("progressbar")).toHaveCount(0, { timeout: 120_000 });
  await expect(plot).toContainText("of the variation");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await picture(page, "lab-hundred", { fullPage: true });

  const map = plot.getByRole("grid");
  const seen = plot.getByRole("status").filter({ hasText: /^a \d+ to \d+, b \d+ to \d+$/ });
  const zoom = (name: string) => plot.getByRole("group", { name: "Zoom" }).getByRole("button", { name });
  const middle = async () => {
    await map.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await map.boundingBox())!;
    return [x + width / 2, y + Math.min(height, 300) / 2] as const;
  };

  await test.step("the wheel alone scrolls the page, with Ctrl it zooms", async () => {
    await page.mouse.move(...(await middle()));
    const before = await page.evaluate(() => scrollY);
    await page.mouse.wheel(0, 120);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(before);
    await expect(seen).toHaveCount(0);
    await page.mouse.move(...(await middle()));
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -50);
    await page.keyboard.up("Control");
    await expect(seen).toBeVisible();
  });

  await test.step("a drag moves it, a double click shows all, and neither loses the page's place", async () => {
    await zoom("Zoom in").click();
    const was = await seen.innerText();
    const [x, y] = await middle();
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 120, y - 60, { steps: 4 });
    await page.mouse.up();
    await expect(seen).not.toHaveText(was);
    await page.mouse.dblclick(x, y);
    await expect(seen).toHaveCount(0);
  });

  await test.step("buttons zoom, and arrows bring what they stand on into sight", async () => {
    await zoom("Zoom in").click();
    await expect(seen).toHaveText("a 25 to 74, b 25 to 74");
    await map.focus();
    await page.keyboard.press("ArrowDown");
    await expect(seen).toHaveText("a 0 to 49, b 0 to 49");
    await picture(page, "lab-hundred-closer", { fullPage: true });
    await zoom("Show all").click();
    await expect(seen).toHaveCount(0);
    await expect(zoom("Zoom out")).toHaveAttribute("aria-disabled", "true");
  });
});

test("search by token agrees with looking at every neuron", async ({ page }) => {
  await openWithModel(page, LAB);
  const search = panel(page, "Search by token");
  await expect(search).toContainText("index of 6 layers, 50 tokens at each end", { timeout: 120_000 });

  await test.step("by logit, in the page", async () => {
    await search.getByRole("textbox", { name: "token" }).fill("8");
    await search.getByRole("button", { name: "Search" }).click();
    const rows = search.getByRole("row").filter({ has: page.getByRole("rowheader") });
    await expect(rows).toHaveCount(30);
    await expect(search).toContainText(/Of 3,072 neurons L\dN\d+ raises 8 most/);
    await rows.first().getByRole("button").click();
    await expect(panel(page, "Inspector").getByRole("table", { name: "Value vector promotes" })).toContainText("8");
  });

  await test.step("by rank, against each neuron of a layer", async () => {
    const { found, brute } = await withEngine(
      page,
      async (engine) => {
        const { rows } = await engine.searchNeurons("8", { by: "rank", count: 10_000 });
        const every: string[] = [];
        for (let neuron = 0; neuron < 512; neuron++) {
          const { promotes } = await engine.neuron({ layer: 4, neuron });
          const rank = promotes.findIndex(({ id }) => id === 12);
          if (rank >= 0) every.push(`L4N${neuron} ${rank}`);
        }
        return {
          found: rows
            .filter(({ layer, rank }) => layer === 4 && rank < 10)
            .map(({ neuron, rank }) => `L4N${neuron} ${rank}`),
          brute: every,
        };
      },
      undefined,
    );
    expect(brute.length).toBeGreaterThan(3);
    expect(found.toSorted()).toEqual(brute.toSorted());
  });

  await test.step("a word that is no token is told so", async () => {
    await search.getByRole("textbox", { name: "token" }).fill("8 9");
    await search.getByRole("button", { name: "Search" }).click();
    await expect(page.getByText("A search is for one.")).toBeVisible();
  });

  await test.step("the next visit finds the index where this one left it", async () => {
    await page.reload();
    await expect(search).toContainText("kept from an earlier visit", { timeout: 120_000 });
  });
});

// groups of parts that are off are held to their numbers on a GPU in e2e/compare.spec.ts and experiments.spec.ts
test("a set of neurons found by concept is switched off against random ones", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, LAB);
  const concepts = panel(page, "Concept search");
  await concepts.getByRole("button", { name: "Search" }).click();
  await expect(concepts).toContainText(/[\d,]+ of 1,536 neurons below layer 3 say 3 or more of/, { timeout: 120_000 });
  await concepts.getByRole("spinbutton", { name: "at least" }).fill("30");
  await expect(concepts).toContainText("say 30 or more of");
  await concepts.getByRole("button", { name: /^Switch these/ }).click();
  const group = panel(page, "Group");
  await expect(group).toContainText(/log p\(8\) without the [\d,]+ neurons of the concept search/, { timeout: 60_000 });

  await test.step("the comparison's neurons cost more than random ones of their layers", async () => {
    await group.getByRole("button", { name: "Switch the 10 neurons of the comparison off together" }).click();
    await expect(group).toContainText(/log p\(8\) without the 10 neurons of the comparison falls/);
    await expect(group.getByRole("table", { name: /^log p/ }).getByRole("row")).toHaveCount(8);
    await picture(page, "lab-group", { fullPage: true });
  });
});

test("a neuron's card says what raises it and what it says behind later layers", async ({ page }) => {
  await openWithModel(page, `${LAB}&sel=L4N425`);
  const card = panel(page, "Inspector");
  await expect(card).toContainText(/1 of 10, loses 0\.(69|70)/, { timeout: 60_000 });
  await card.getByText("What raises it").click();
  await expect(card.getByRole("table", { name: "The gate key is raised by" }).getByRole("row")).toHaveCount(9);
  await expect(card.getByRole("table", { name: "The up key is raised by" }).getByRole("row")).toHaveCount(9);
  await expect(card.getByRole("rowheader", { name: "attention L5" })).toBeVisible();
  await picture(page, "lab-card", { fullPage: true });
});

test("the lab is for everybody, on a phone and in the dark", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, LAB);
  const plot = panel(page, "Operand plot");
  await expect(plot.getByRole("textbox", { name: "neuron" })).toHaveAttribute("placeholder", "L4N425");
  await plot.getByRole("button", { name: "Draw" }).click();
  await expect(plot).toContainText("of the variation", { timeout: 60_000 });
  await panel(page, "Search by token").getByRole("button", { name: "Search" }).click();
  await expect(panel(page, "Search by token").getByRole("row")).toHaveCount(31);
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${width} pixels`).toBeLessThanOrEqual(0);
      await picture(page, `lab-${theme}-${width}`, { fullPage: true });
    }
  }
});

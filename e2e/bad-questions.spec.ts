import {
  ask,
  expect,
  expectWholeSweep,
  modelChip,
  openApp,
  openWithModel,
  panel,
  picture,
  predictionRow,
  promptBox,
  test,
} from "./support.ts";

test("a prompt that cannot be asked is explained, and nothing is lost", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
  const prediction = panel(page, "Prediction");
  const switchedOff = panel(page, "Switched off");
  await expect(prediction).toContainText("With L0H7 off, p(8) falls");

  await test.step("an empty one", async () => {
    await ask(page, "");
    await expect(panel(page, "Prompt").getByRole("status")).toHaveText(
      "The prompt is empty; the model needs at least one token. Type something, or take an example; the last results, of “3+5=”, stay until then.",
    );
    await expect(predictionRow(page, "8")).toBeVisible();
    await expect(switchedOff.getByRole("listitem")).toHaveCount(1);
    await picture(page, "bad-empty-prompt");
  });

  await test.step("one of nothing but a space", async () => {
    await ask(page, " ");
    await expect(page.getByRole("alert").or(panel(page, "Prompt").getByRole("listitem")).first()).toBeVisible();
    await expect(predictionRow(page, "8")).toBeVisible();
  });

  await test.step("one that is longer than the context", async () => {
    await ask(page, "1+".repeat(40));
    const notice = page.getByRole("alert");
    await expect(notice).toContainText("64");
    await expect(notice).toContainText("Shorten the prompt; the last results stay until then.");
    await expect(promptBox(page)).toHaveValue("1+".repeat(40));
    await expect(predictionRow(page, "8")).toBeVisible();
    await expect(switchedOff.getByRole("listitem")).toHaveCount(1);
    await picture(page, "bad-long-prompt");
  });

  await test.step("one of a million characters, at whose end somebody types on", async () => {
    const prompt = panel(page, "Prompt");
    await promptBox(page).fill("3+5=".repeat(250_000));
    await promptBox(page).press("7");
    await expect(prompt.getByRole("group", { name: "Place in the long text" })).toContainText(
      "characters 990,001 to 1,000,001 of 1,000,001",
    );
    await expect(page.getByRole("alert")).toContainText(
      "The prompt has 1,000,002 tokens; this model reads at most 64. Shorten the prompt",
    );
    await expect(prompt.getByRole("list")).toContainText("… 999,938 more …");
    await expect(page.getByText("What is asked is too long for a link")).toBeVisible();
    expect(await page.locator("*").count()).toBeLessThan(2_000);
    await expect(switchedOff.getByRole("listitem")).toHaveCount(1);
    await picture(page, "bad-million-characters");
  });

  await test.step("one with a character that the tokenizer does not know", async () => {
    await ask(page, "3€5=");
    await expect(panel(page, "Prompt").getByRole("status")).toHaveText(
      "The tokenizer does not know “€”: the model sees ⟨unk⟩ there. Write it in characters that the model knows.",
    );
    await expect(page.getByRole("alert")).toHaveCount(0);
    await expect(prediction).toContainText("With L0H7 off");
    await picture(page, "bad-unknown-character");
  });

  await test.step("and the next good one is answered, with the same head off", async () => {
    await ask(page, "3+5=");
    await expect(prediction).toContainText("With L0H7 off, p(8) falls");
    await expect(panel(page, "Prompt").getByRole("status")).toHaveCount(0);
  });
});

test("a part that the model does not have is explained", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page);
  const box = page.getByRole("textbox", { name: "Heads and neurons to switch off" });
  await box.fill("L9H9");
  await box.press("Enter");
  await expect(page.getByRole("alert")).toContainText("L9H9");
  await expect(box).toHaveValue("L9H9");
  await box.fill("banana");
  await box.press("Enter");
  await expect(
    page.getByText("“banana” is neither a head nor a neuron. Write L3H4 or 3.4 for a head, L3N256 for a neuron."),
  ).toBeVisible();
  await expect(panel(page, "Switched off")).toContainText("Nothing: this is the model as it is.");
});

test("of a damaged link, a notice says what was left out and the rest opens", { tag: "@page" }, async ({ page }) => {
  const notice = page.getByRole("banner").or(page.getByRole("status"));

  await test.step("malformed values", async () => {
    await openWithModel(
      page,
      "#v=1&m=abacus&d=q9&p=3%2B5%3D&x=L0H7*zero;L1H1*0.5;L9H9*0&view=moon&sel=banana&t=-3&b=word",
    );
    for (const sentence of [
      "d is “q9”; it needs one of q4, q8, f32",
      "x lists “L0H7*zero”; what follows * needs to be a number",
      "view is “moon”; it needs one of heads, chain, neurons",
      "sel is “banana”; it needs a head or a neuron, as L0H7 or L4N425",
      "t is “-3”; it needs a token id, a whole number from 0",
      "b is “word”; it needs a log-probability in nats, 0 or less",
      "L9H9: not in this model, which has layers 0 to 5, heads 0 to 7 and neurons 0 to 511. Left out.",
    ]) {
      await expect(notice.filter({ hasText: sentence })).not.toHaveCount(0);
    }
    await expect(promptBox(page)).toHaveValue("3+5=");
    await expect(panel(page, "Switched off").getByRole("listitem")).toHaveCount(1);
    await expect(panel(page, "Prediction")).toContainText("With L1H1 ×0.5");
    await picture(page, "bad-link-malformed");
  });

  await test.step("cut off on the way", async () => {
    await openApp(page, "#v=1&m=abacus&d=q8&p=6*7%3D&x=L0H7*0&b=-0.06&c=-");
    await expect(notice.filter({ hasText: "c is “-”; it needs a log-probability in nats, 0 or less" })).not.toHaveCount(
      0,
    );
    await expect(page.getByText("not in this model")).toHaveCount(0);
    await expect(promptBox(page)).toHaveValue("6*7=");
    await expect(panel(page, "Prediction")).toContainText("With L0H7 off");
    await expect(panel(page, "Prediction")).toContainText("The link says: log p −0.06 nats");
  });

  await test.step("a broken escape", async () => {
    await openApp(page, "#v=1&m=abacus&p=3%2B5=%E2%82");
    await expect(
      notice.filter({ hasText: "p holds “%E2%82”, which is no percent-escape of UTF-8; it was left as it stands" }),
    ).not.toHaveCount(0);
    await expect(promptBox(page)).toHaveValue("3+5=%E2%82");
  });

  await test.step("far too long", async () => {
    await openApp(page, `#p=${"a".repeat(200_000)}`);
    await expect(
      notice.filter({ hasText: "200002 characters, at most 200000 are read; nothing of it was opened" }),
    ).not.toHaveCount(0);
    await expect(modelChip(page)).toBeVisible();
    await picture(page, "bad-link-oversized");
    await ask(page, "3+5=");
    await expect(predictionRow(page, "8")).toBeVisible();
    await expectWholeSweep(page);
  });

  await test.step("a model that is nowhere", async () => {
    await openApp(page, "#v=1&m=somebodys-folder&p=3%2B5%3D");
    await expect(notice.filter({ hasText: "which is not on the web; open its folder to go on" })).not.toHaveCount(0);
    await expect(promptBox(page)).toHaveValue("3+5=");
  });
});

test("a newer question takes the place of one that is still running", async ({ page }) => {
  await openWithModel(page);
  await ask(page, "6*7=");
  await ask(page, "45+27=");
  await expect(predictionRow(page, "72")).toBeVisible();
  await expectWholeSweep(page);
  await expect(panel(page, "Heads").getByRole("heading")).toContainText("72");
  await expect(page.getByRole("alert")).toHaveCount(0);

  await ask(page, "6*7=");
  await expect(predictionRow(page, "42")).toBeVisible();
  await expectWholeSweep(page);
  await expect(panel(page, "Heads").getByRole("heading")).toContainText("42");
});

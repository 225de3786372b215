import { expect, expectWholeSweep, openApp, openWithModel, predictionRow, test, withEngine } from "./support.ts";

/** Nats by which q8 weights may move a number that docs/scripting.md gives in float64. */
const MOVED_BY_Q8 = 2;

test("window.arithmoscope answers every call as its manual says", async ({ page }) => {
  await openApp(page);

  await test.step("load, tokenize, predict, generate", async () => {
    const info = await withEngine(page, (engine) => engine.load({ kind: "bundled" }), undefined);
    expect(info).toMatchObject({
      name: "abacus",
      family: "llama",
      layers: 6,
      heads: 8,
      neurons: 512,
      vocabulary: 1378,
      context: 64,
      dtype: "q8",
    });
    expect(info.backend).toBe(test.info().project.name);
    const answers = await withEngine(
      page,
      async (engine) => ({
        tokens: await engine.tokenize("3+5="),
        clean: await engine.predict("3+5=", { top: 3 }),
        without: await engine.predict("3+5=", { interventions: [{ head: "L0H7", scale: 0 }] }),
        fromIds: await engine.predict([1, 7, 1004, 9, 1008], { target: "acht" }),
        next: await engine.generate("3+5=", { tokens: 1 }),
      }),
      undefined,
    );
    expect(answers.tokens).toEqual({ ids: [1, 7, 1004, 9, 1008], texts: ["<s>", "3", "+", "5", "="] });
    expect(answers.clean.top).toHaveLength(3);
    expect(answers.clean.top[0]).toMatchObject({ id: 12, text: "8" });
    expect(answers.clean.top[0]!.logProbability).toBeCloseTo(-0.0601, MOVED_BY_Q8);
    expect(answers.without.target).toMatchObject({ id: 12, text: "8" });
    expect(answers.without.target.logProbability).toBeCloseTo(-7.976, 1);
    expect(answers.fromIds.target.text).toBe("acht");
    expect(answers.fromIds.top[0]!.id).toBe(12);
    expect(answers.next).toEqual({ ids: [12], text: "8" });
  });

  await test.step("overlapping calls queue and all answer", async () => {
    const answers = await withEngine(
      page,
      (engine) =>
        Promise.all([
          engine.sweepHeads("3+5="),
          engine.layerIncrease("3+5="),
          engine.topNeurons("3+5=", { count: 3 }),
          engine.compareNeurons("3+5=", { interventions: [{ head: "L0H7", scale: 0 }], count: 10 }),
          engine.neuron({ layer: 4, neuron: 425 }),
          engine.neuron("L4N425"),
        ]),
      undefined,
    );
    const [sweep, layers, top, compared, neuron, named] = answers;
    expect(sweep.target).toBe(12);
    expect(sweep.logProbability.map((row) => row.length)).toEqual([8, 8, 8, 8, 8, 8]);
    expect(sweep.logProbability[0]![7]! - sweep.baseline).toBeCloseTo(-7.916, 1);
    expect(layers.attention).toHaveLength(6);
    expect(layers.ffn[1]).toBeCloseTo(2.451, 1);
    expect(top.certified).toBe(true);
    expect(top.rows.map(({ layer, neuron: index }) => `L${layer}N${index}`)[1]).toBe("L4N425");
    expect(top.rows[1]!.increase).toBeCloseTo(0.682, MOVED_BY_Q8);
    expect(compared).toMatchObject({ target: 12, certified: true });
    expect(compared.rows[0]).toMatchObject({ layer: 4, neuron: 425 });
    expect(compared.rows[0]!.change).toBeCloseTo(0.697, MOVED_BY_Q8);
    expect(compared.rows[0]!.promotes.slice(0, 3).map(({ text }) => text)).toEqual(["8", "huit", "VIII"]);
    expect(neuron.promotes).toHaveLength(10);
    expect(neuron.suppresses).toHaveLength(10);
    expect(neuron.promotes[0]).toMatchObject({ id: 12, text: "8" });
    expect(neuron.promotes[0]!.logit).toBeCloseTo(0.387, MOVED_BY_Q8);
    expect(named).toEqual(neuron);
  });

  await test.step("two prompts are patched, and by one path", async () => {
    const [map, into, heard] = await withEngine(
      page,
      (engine) => {
        const pair = { clean: "9-4=", corrupted: "9+4=" };
        return Promise.all([
          engine.patch(pair, { site: "z", answers: ["5", "13"] }),
          engine.pathPatch(pair, { from: "L0H7", to: "L0N433" }),
          engine.pathPatch(pair, { from: "L0H7", to: "L1H6" }),
        ]);
      },
      undefined,
    );
    expect(map.forwards).toBe(30);
    expect(map.values[0]![7]).toBeCloseTo(0.984, 1);
    expect(into.paths.map(({ by }) => by)).toEqual(["input"]);
    expect(into.paths[0]!.value).toBeCloseTo(0.0076, MOVED_BY_Q8);
    expect(heard.paths.map(({ by }) => by)).toEqual(["q", "k", "v"]);
    expect(heard.paths[0]!.value).toBeCloseTo(0.0186, MOVED_BY_Q8);
  });

  await test.step("what cannot be done is rejected with a code, and the next call answers", async () => {
    const codes = await withEngine(
      page,
      (engine) => {
        const codeOf = (call: Promise<unknown>) =>
          call.then(
            () => "answered",
            (reason: { code: string }) => reason.code,
          );
        return Promise.all([
          codeOf(engine.predict("")),
          codeOf(engine.predict("1+".repeat(40))),
          codeOf(engine.predict("3+5=", { interventions: [{ head: "L9H9", scale: 0 }] })),
          codeOf(engine.topNeurons("3+5=", { count: 0 })),
          codeOf(engine.neuron("L4N9999")),
          codeOf(engine.sweepHeads("3+5=", { target: "eight nine" })),
          codeOf(engine.predict([1, 99_999])),
          codeOf(engine.predict("3+5=")),
        ]);
      },
      undefined,
    );
    expect(codes).toEqual([
      "empty-prompt",
      "prompt-too-long",
      "bad-request",
      "bad-request",
      "bad-request",
      "bad-request",
      "bad-request",
      "answered",
    ]);
  });

  await test.step("and the page, which asks the same engine, still shows its own answer", async () => {
    await expect(predictionRow(page, "8")).toContainText(/9[345]\.\d\s%/);
    await expectWholeSweep(page);
  });
});

test("before a model is loaded, calls are rejected as not-loaded", { tag: "@page" }, async ({ page }) => {
  await page.goto("/#v=1&m=somebody/something&p=3%2B5%3D");
  const code = await withEngine(
    page,
    (engine) =>
      engine.predict("3+5=").then(
        () => "answered",
        (reason: { code: string }) => reason.code,
      ),
    undefined,
  );
  expect(code).toBe("not-loaded");
});

test("a script's load is the page's, and a newer one takes its place", { tag: "@page" }, async ({ page }) => {
  await openWithModel(page);
  const [first, second] = await withEngine(
    page,
    (engine) =>
      Promise.all([
        engine.load({ kind: "bundled" }, { dtype: "f32" }).then(
          () => "loaded",
          (reason: { code: string }) => reason.code,
        ),
        engine.load({ kind: "url", base: "models/abacus" }, { dtype: "q4" }).then(
          (info) => info.dtype,
          (reason: { code: string }) => reason.code,
        ),
      ]),
    undefined,
  );
  expect([first, second]).toEqual(["cancelled", "q4"]);
  await expect(page.getByRole("button", { name: /^Model: abacus · .* · q4 · WASM$/ })).toBeVisible();
  await expect(predictionRow(page, "8")).toBeVisible();
});

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { randomCheckpoint } from "../test/checkpoints.ts";
import { startHub } from "../test/hub-server.ts";
import { bundledFile } from "./checkpoint-files.ts";
import {
  drag,
  expect,
  expectModel,
  modelChip,
  openWithModel,
  picture,
  predictionRow,
  test,
  withEngine,
} from "./support.ts";

const HUB = "https://huggingface.co";
const TOKEN = "hf_ofTheStories";
const modelField = (page: Page) => page.getByRole("textbox", { name: "Model on the Hugging Face Hub, or address" });
const tokenField = (page: Page) => page.getByLabel("Access token for a gated model");

async function load(page: Page, typed: string): Promise<void> {
  await modelField(page).fill(typed);
  await page.getByRole("button", { name: "Load", exact: true }).click();
}

test(
  "a gated model asks for a token, which goes to the Hub and nowhere else",
  { tag: "@page" },
  async ({ page, context, problems }) => {
    problems.expect(/huggingface\.co/);
    const authorizations: (string | undefined)[] = [];
    // the Hub as a stranger sees it: the commit is public, the files are not
    await context.route(`${HUB}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      authorizations.push(route.request().headers()["authorization"]);
      const cors = {
        "access-control-allow-origin": "*",
        "access-control-allow-headers": "authorization,range",
        "access-control-expose-headers": "X-Error-Code",
      };
      if (pathname.startsWith("/api/models/")) {
        return route.fulfill({ headers: cors, json: { sha: "0123456789abcdef0123456789abcdef01234567" } });
      }
      return route.fulfill({ status: 401, headers: { ...cors, "x-error-code": "GatedRepo" }, body: "" });
    });
    await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D");

    await test.step("what is no model is told, and stays to be corrected", async () => {
      await modelChip(page).click();
      await load(page, "a model, please");
      await expect(
        page.getByText("“a model, please” is no model: owner/name or owner/name/file.gguf on the Hugging"),
      ).toBeVisible();
      expect(authorizations).toEqual([]);
    });

    await test.step("without a token the page says what to do", async () => {
      await load(page, "https://huggingface.co/somebody/gated/tree/main");
      await expect(page.getByRole("alert")).toContainText(
        "somebody/gated is gated: ask for access on https://huggingface.co/somebody/gated, then give an access token",
      );
      await expectModel(page);
      await expect(predictionRow(page, "8")).toBeVisible();
      expect(new Set(authorizations)).toEqual(new Set([undefined]));
    });

    await test.step("the field for it is there, and what was typed too", async () => {
      authorizations.length = 0;
      await modelChip(page).click();
      await expect(modelField(page)).toHaveValue("https://huggingface.co/somebody/gated/tree/main");
      await expect(tokenField(page)).toHaveAttribute("type", "password");
      await expect(tokenField(page)).toHaveAttribute("autocomplete", "off");
      await picture(page, "other-model-token");
      await tokenField(page).fill(TOKEN);
      await page.getByRole("button", { name: "Load", exact: true }).click();
      await expect(page.getByRole("alert")).toContainText("The token that was given does not open somebody/gated");
      expect(new Set(authorizations)).toEqual(new Set([`Bearer ${TOKEN}`]));
    });

    await test.step("and the token is nowhere to be found", async () => {
      const kept = await page.evaluate(() => [
        location.href,
        JSON.stringify(history.state),
        JSON.stringify({ ...localStorage }),
        JSON.stringify({ ...sessionStorage }),
        document.cookie,
        document.documentElement.outerHTML,
      ]);
      expect(kept.join("\n")).not.toContain(TOKEN);
      await modelChip(page).click();
      await page.getByRole("button", { name: "Forget the access token" }).click();
      await expect(page.getByRole("button", { name: "Forget the access token" })).toHaveCount(0);
    });
  },
);

test("a model of a Hub is linked by its commit", { tag: "@page" }, async ({ page, problems }) => {
  const hub = await startHub({ "somebody/small": { files: randomCheckpoint({ layers: 2 }), tokens: [TOKEN] } });
  try {
    problems.expect(new RegExp(`${hub.url}|${hub.cdn}`));
    await openWithModel(page, "#v=1&m=abacus&p=w5");
    const source = { kind: "hub", repo: "somebody/small", hub: hub.url, token: TOKEN } as const;
    const info = await withEngine(page, (engine, asked) => engine.load(asked), source);
    const commit = hub.commit("somebody/small");
    expect(info.source).toEqual({
      kind: "hub",
      name: `${hub.url}/somebody/small`,
      revision: commit,
      requested: "main",
    });
    await expect(page).toHaveURL(
      new RegExp(`m=${hub.url.replace("127.0.0.1", "127\\.0\\.0\\.1")}/somebody/small/resolve/${commit}/`),
    );
    expect(page.url()).not.toContain(TOKEN);
    const gets = hub.log.filter(({ method }) => method === "GET");
    expect(gets.filter(({ headers }) => headers.referer !== undefined)).toEqual([]);
    expect(gets.filter(({ server }) => server === "cdn").map(({ headers }) => headers.authorization)).toContain(
      undefined,
    );
    expect(gets.filter(({ server, headers }) => server === "cdn" && headers.authorization !== undefined)).toEqual([]);
    await modelChip(page).click();
    await expect(page.getByRole("banner")).toContainText(`at commit ${commit.slice(0, 10)} (main)`);
    await picture(page, "other-model-commit");
  } finally {
    await hub.close();
  }
});

test("a folder that is dropped on the page opens", { tag: "@page" }, async ({ page }, info) => {
  // with another checkpoint in a folder below, whose files have the same names
  const folder = info.outputPath("dropped-model");
  mkdirSync(join(folder, "older"), { recursive: true });
  for (const name of ["config.json", "tokenizer.json", "model.safetensors"] as const) {
    writeFileSync(join(folder, name), bundledFile(name));
    writeFileSync(join(folder, "older", name), "not this one");
  }
  await openWithModel(page, "#v=1&m=abacus&p=3%2B5%3D&x=L0H7*0");
  await drag(page, "dragEnter", folder);
  await drag(page, "dragOver", folder);
  await expect(page.getByText("Its bytes are read on this machine and never leave it.")).toBeVisible();
  await picture(page, "other-model-drop");
  await drag(page, "drop", folder);
  await expect(
    page.getByText("Another model has other heads and neurons: the intervention was dropped."),
  ).toBeVisible();
  await expect(modelChip(page)).toHaveAccessibleName(/^Model: dropped-model · /);
  await expect(predictionRow(page, "8")).toBeVisible();
  await expect(page).toHaveURL(/m=folder:dropped-model&/);
});

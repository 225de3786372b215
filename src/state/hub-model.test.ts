import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import type { CheckpointSource, HubSource } from "#model/checkpoint.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import { currentFinding } from "./link/claims.ts";
import { opened } from "./link/opened.ts";
import { isToken } from "#model/source-names.ts";
import { hubTokens, keepToken, withToken } from "./model/hub-tokens.ts";
import { currentFragment, openLink } from "./link/links.ts";
import { sharedFragment } from "./link/shared-link.ts";
import { loadModel } from "./model/loading.ts";
import { changeModel } from "./model/load-offer.ts";
import { asLoaded, hubChoice, model } from "./model/model.ts";
import { choiceNamed } from "./model/named.ts";
import { notices } from "./notices.ts";
import { decodeFinding } from "./link/permalink.ts";
import { question } from "./question.ts";
import { connectEngine } from "./run/engine-port.ts";
import { results } from "./run/results.ts";
import { view } from "./view.ts";

const TOKEN = "hf_secretOfTheTests";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const OTHER_HUB = "http://localhost:4000";

/** What the engine was asked to load, in order. */
let loaded: CheckpointSource[];
/** Why the engine holds what it loads in memory. */
let notStored: ModelInfo["notStored"];

const resolved = ({ repo, revision = "main", hub }: HubSource): ModelInfo["source"] => ({
  kind: "hub",
  name: hub ? `${hub}/${repo}` : repo,
  revision: COMMIT,
  requested: revision,
});

beforeEach(() => {
  loaded = [];
  notStored = undefined;
  const engine = {
    load(source: CheckpointSource) {
      loaded.push(source);
      const known = { name: "name", layers: 2, heads: 2, neurons: 4, sourceNotes: [] };
      return Promise.resolve({
        ...known,
        ...(notStored && { notStored }),
        content: "a".repeat(64),
        source: resolved(source as HubSource),
      } as unknown as ModelInfo);
    },
  };
  connectEngine(engine as unknown as Engine);
});
afterEach(() => {
  hubTokens.setState({}, true);
  model.setState(model.getInitialState(), true);
  opened.setState({ finding: undefined });
});

const owned = hubChoice({ kind: "hub", repo: "owner/name" });
const status = () => model.getState().status.kind;

describe("a model of the Hub", () => {
  test("is asked for by its branch, and linked by the commit that was loaded", async () => {
    await loadModel(owned);
    expect(loaded).toEqual([{ kind: "hub", repo: "owner/name" }]);
    expect(currentFinding(false)).toMatchObject({ model: "owner/name", revision: COMMIT });
    expect(currentFragment()).toContain(`m=owner/name@${COMMIT}&`);
  });

  test("that could not be stored answers all the same, and a notice says why until one is stored", async () => {
    const told = () => notices.getState().list.filter(({ about }) => about === "storage");
    notStored = { code: "storage-full", message: "there is no room" };
    await loadModel(owned);
    expect(status()).toBe("ready");
    expect(told()).toEqual([{ about: "storage", code: "storage-full", message: "there is no room" }]);
    notStored = undefined;
    await loadModel(owned);
    expect(told()).toEqual([]);
  });

  test("is loaded again at the same commit", async () => {
    await loadModel(owned);
    await changeModel(model.getState().choice!, { dtype: "q4" });
    expect(loaded[1]).toEqual({ kind: "hub", repo: "owner/name", revision: COMMIT });
  });

  test.each(["owner/name", "owner/name@main", `owner/name@${COMMIT}`])(
    "is there already for a link to %s",
    async (name) => {
      await loadModel(owned);
      openLink(`m=${name}&p=x`, []);
      expect([status(), loaded.length]).toEqual(["ready", 1]);
    },
  );

  test("is offered for a link to another revision, and never loaded by it", async () => {
    await loadModel(owned);
    openLink("m=owner/name@v2&p=x", []);
    expect([status(), loaded.length]).toEqual(["offered", 1]);
    await changeModel(model.getState().choice!);
    expect(loaded[1]).toEqual({ kind: "hub", repo: "owner/name", revision: "v2" });
  });

  test("of another Hub is linked by the address of its files, which opens as one", async () => {
    await loadModel(hubChoice({ kind: "hub", repo: "owner/name", hub: OTHER_HUB }));
    expect(loaded).toEqual([{ kind: "hub", repo: "owner/name", hub: OTHER_HUB }]);
    const address = `${OTHER_HUB}/owner/name/resolve/${COMMIT}/`;
    const { finding } = decodeFinding(currentFragment()!);
    expect([finding.model, finding.revision]).toEqual([address, undefined]);
    expect(choiceNamed(finding.model, finding.revision, [])).toEqual({
      id: address,
      source: { kind: "url", base: address },
    });
  });
});

describe("a model that is stored", () => {
  test.each([
    ["owner/name", { id: "owner/name", revision: COMMIT }],
    [`${OTHER_HUB}/owner/name`, { id: `${OTHER_HUB}/owner/name/resolve/${COMMIT}/` }],
  ])("is linked by where it came from: %s", (name, linked) => {
    const source = { kind: "stored", id: "a-pack" } as const;
    const identity = { kind: "hub", name, revision: COMMIT, requested: "main" } as const;
    expect(asLoaded({ id: "a-pack", source }, { source: identity })).toEqual({ ...linked, source });
  });
});

describe("an access token", () => {
  test("goes to the engine with the source, and to that of its own Hub alone", async () => {
    keepToken(TOKEN);
    await loadModel(owned);
    await changeModel(hubChoice({ kind: "hub", repo: "owner/name", hub: OTHER_HUB }));
    expect(loaded).toEqual([
      { kind: "hub", repo: "owner/name", token: TOKEN },
      { kind: "hub", repo: "owner/name", hub: OTHER_HUB },
    ]);
    expect(withToken({ kind: "url", base: "https://huggingface.co/owner/name/" })).not.toHaveProperty("token");
  });

  test("is in no link, no finding and no other state", async () => {
    keepToken(TOKEN);
    await loadModel(hubChoice({ kind: "hub", repo: "owner/name", token: TOKEN }));
    expect(loaded[0]).toMatchObject({ token: TOKEN });
    const kept = [model, question, view, results, notices, opened].map((store) => store.getState());
    for (const text of [currentFragment(), sharedFragment(), JSON.stringify([currentFinding(true), kept])]) {
      expect(text).toContain("owner/name");
      expect(text).not.toContain(TOKEN);
    }
  });

  test("can be forgotten", async () => {
    keepToken(TOKEN);
    keepToken("");
    expect(hubTokens.getState()).toEqual({});
    await loadModel(owned);
    expect(loaded[0]).not.toHaveProperty("token");
  });

  test("is what a header can hold", () => {
    expect(["hf_abc", "", "a b", "a\nb", "é", "x".repeat(1_001)].map(isToken)).toEqual([
      true,
      ...Array<boolean>(5).fill(false),
    ]);
  });
});

import { beforeEach, describe, expect, test } from "vitest";
import { Fault } from "#core/fault.ts";
import type { AdapterInfo } from "#protocol/engine.ts";
import { settle } from "#test/asked-engine.ts";
import { askedSession, INFO, OTHER, SHIPPED } from "#test/asked-session.ts";
import { NO_ADAPTER, adapter } from "../model/adapter.ts";
import { attachAdapter, detachAdapter } from "../model/attaching.ts";
import { loadModel } from "../model/loading.ts";
import { model } from "../model/model.ts";
import { question } from "../question.ts";
import { results } from "../run/results.ts";
import { openLink } from "./links.ts";

const { last, calls, waiting, answerBefore } = askedSession();
const MODELS = [SHIPPED, OTHER];
const INFO_OF = (name: string) =>
  ({
    name,
    content: name.repeat(64).slice(0, 64),
    source: { kind: "hub", name: `owner/${name}` },
  }) as unknown as AdapterInfo;
const LINK = "#v=1&m=abacus&d=q8&p=3%2B5=";
const FIRST = `${LINK}&a=owner/a&variant=adapted`;
const SECOND = `${LINK}&a=owner/b&variant=adapted`;

beforeEach(() => {
  adapter.setState(NO_ADAPTER, true);
  openLink(LINK, MODELS);
});

const open = (link: string) => openLink(link, MODELS);
/** The person's word to what the link offers. */
const accept = () => void attachAdapter(adapter.getState().choice!);
const arrives = async (name: string) => last("attachAdapter").answer(INFO_OF(name));
const state = () => {
  const { choice, status } = adapter.getState();
  return [choice?.id, status.kind, question.getState().variant];
};
const detached = () => calls().filter(({ method }) => method === "detachAdapter").length;

describe("while the adapter of a link is on its way", () => {
  beforeEach(() => {
    open(FIRST);
    accept();
  });

  test("it is shown once it arrives, where nothing else was opened", async () => {
    expect(state()).toEqual(["owner/a", "attaching", "adapted"]);
    await arrives("a");
    expect(state()).toEqual(["owner/a", "attached", "adapted"]);
  });

  test("a newer link without one keeps its base, whenever the older one’s arrives", async () => {
    open(LINK);
    expect(question.getState().variant).toBe("base");
    await arrives("a");
    expect(state()).toEqual(["owner/a", "attached", "base"]);
  });

  test("a newer link with another is offered that, and the older one’s never takes its place", async () => {
    const older = last("attachAdapter");
    open(SECOND);
    expect(older.signal!.aborted).toBe(true);
    // it may have arrived at the engine this moment
    expect(detached()).toBe(1);
    await older.answer(INFO_OF("a"));
    expect(state()).toEqual(["owner/b", "offered", "adapted"]);
    accept();
    await arrives("b");
    expect(state()).toEqual(["owner/b", "attached", "adapted"]);
  });

  test("a newer link with the same goes on waiting for it, and says which variant is shown", async () => {
    open(`${LINK}&a=owner/a`);
    expect(state()).toEqual(["owner/a", "attaching", "base"]);
    expect([waiting("attachAdapter").length, detached()]).toEqual([1, 0]);
    await arrives("a");
    expect(state()).toEqual(["owner/a", "attached", "base"]);
  });

  test("nothing that was shown before stands under it", async () => {
    open(LINK);
    await answerBefore();
    expect(results.getState().prediction.value).toBeDefined();
    open(FIRST);
    expect(adapter.getState().status.kind).toBe("attaching");
    expect(results.getState().prediction.value).toBeUndefined();
  });

  test("one that is picked in its place and fails leaves neither, here and in the engine", async () => {
    const picked = attachAdapter({ id: "owner/b", source: { kind: "hub", repo: "owner/b" } });
    await last("attachAdapter").fail(new Fault("bad-file", "adapter: no weights"));
    await picked;
    expect([adapter.getState().status.kind, detached()]).toEqual(["nothing", 1]);
  });

  test("who stops it has none, also where it had arrived at the engine this moment", () => {
    void detachAdapter();
    expect([state(), detached()]).toEqual([[undefined, "nothing", "base"], 1]);
  });

  test("a link to another model with the same adapter offers it anew, and its arrival over the old one is nobody’s", async () => {
    const older = last("attachAdapter");
    open(`#v=1&m=other&d=q8&p=3%2B5=&a=owner/a&variant=adapted`);
    expect(older.signal!.aborted).toBe(true);
    expect(state()).toEqual(["owner/a", "offered", "adapted"]);
    await older.answer(INFO_OF("a"));
    await last("load").answer({ ...INFO, name: "other" });
    expect(model.getState()).toMatchObject({ choice: OTHER, status: { kind: "ready" } });
    expect(state()).toEqual(["owner/a", "offered", "adapted"]);
  });

  test("a model that is loaded meanwhile has none", async () => {
    const older = last("attachAdapter");
    void loadModel(OTHER);
    await last("load").answer({ ...INFO, name: "other" });
    expect(older.signal!.aborted).toBe(true);
    await older.answer(INFO_OF("a"));
    expect(state()).toEqual([undefined, "nothing", "base"]);
  });
});

describe("an adapter that is attached to one model", () => {
  beforeEach(async () => {
    open(FIRST);
    accept();
    await arrives("a");
  });

  test("is that of a link to the same model, and stays", () => {
    open(FIRST);
    expect([state(), detached()]).toEqual([["owner/a", "attached", "adapted"], 0]);
  });

  test("is another finding over another: the link that names it offers it anew, also after the model has come", async () => {
    open(`#v=1&m=other&d=q8&p=3%2B5=&a=owner/a&variant=adapted`);
    expect([state(), detached()]).toEqual([["owner/a", "offered", "adapted"], 1]);
    expect(last("load").options).not.toHaveProperty("adapter");
    await last("load").answer({ ...INFO, name: "other" });
    expect(state()).toEqual(["owner/a", "offered", "adapted"]);
  });

  test("is not laid over a model that a link only offers, once that is loaded", async () => {
    open("#v=1&m=owner/large&d=q8&p=3%2B5=");
    expect(model.getState().status.kind).toBe("offered");
    void loadModel(model.getState().choice!);
    expect(last("load").options).not.toHaveProperty("adapter");
    // nor in another precision, while that one loads
    void loadModel(model.getState().choice!, { dtype: "q4" });
    expect(last("load").options).not.toHaveProperty("adapter");
    await last("load").answer({ ...INFO, name: "large", source: { kind: "hub", name: "owner/large" } });
    expect(state()).toEqual([undefined, "nothing", "base"]);
  });

  test("goes along into another precision of its own model", async () => {
    void loadModel(SHIPPED, { dtype: "q4" });
    expect(last("load").options).toMatchObject({ adapter: { repo: "owner/a" } });
    await last("load").answer({ ...INFO, lora: INFO_OF("a") });
    expect(state()).toEqual(["owner/a", "attached", "adapted"]);
  });
});

test("a model on its way does not arrive in the place of one that a newer link offers", async () => {
  open("#v=1&m=other&d=q8&p=3%2B5=");
  const older = last("load");
  open("#v=1&m=owner/large&d=q8&p=9-4=");
  expect(older.signal!.aborted).toBe(true);
  await older.answer({ ...INFO, name: "other" });
  await settle();
  expect(model.getState()).toMatchObject({ choice: { id: "owner/large" }, status: { kind: "offered" } });
});

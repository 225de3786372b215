// @vitest-environment happy-dom
import type { Prediction } from "#state/run/results.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FIRST_MODEL } from "#model/shipped-models.ts";
import { model } from "#state/model/model.ts";
import { notices } from "#state/notices.ts";
import { clearResults, patchSlot } from "#state/run/results.ts";
import { serving } from "#state/serving/serving.ts";
import { SHIPPED_MODELS } from "../models.ts";
import { followServing } from "./follow-serving.ts";

const SCOPE = "https://page.example/app/";

interface Event {
  readonly isUpdate?: boolean;
}

/** Stands for the browser's side: what it was asked, and what happens there. */
const browser = vi.hoisted(() => ({
  listeners: new Map<string, (event: Event) => void>(),
  register: () => Promise.resolve(),
  asked: [] as string[],
}));
vi.mock("#workers/offline/service-worker.ts?worker&url", () => ({ default: "https://page.example/app/sw.js" }));
vi.mock("workbox-window", () => ({
  Workbox: class {
    addEventListener(name: string, listener: (event: Event) => void) {
      browser.listeners.set(name, listener);
    }
    register() {
      browser.asked.push("register");
      return browser.register();
    }
    messageSkipWaiting() {
      browser.asked.push("skip waiting");
    }
  },
}));

const happens = (name: string, event: Event = {}) => browser.listeners.get(name)?.(event);
const isolation = () => serving.getState().isolation;
const saying = (about: string) => notices.getState().list.find((notice) => notice.about === about);
const writeAddress = () => Promise.resolve(void browser.asked.push("write"));

beforeEach(() => {
  browser.listeners.clear();
  browser.asked.length = 0;
  browser.register = () => Promise.resolve();
  clearResults();
  notices.setState({ list: [] });
  visit({});
});
afterEach(() => vi.unstubAllGlobals());

/** A visit of the page: by what it is served, and under which address. */
function visit({ controller = null, search = "" }: { readonly controller?: object | null; readonly search?: string }) {
  vi.stubGlobal("crossOriginIsolated", false);
  vi.stubGlobal("location", {
    href: `${SCOPE}${search}`,
    reload: () => browser.asked.push("reload"),
  });
  vi.stubGlobal("requestIdleCallback", (task: () => void) => task());
  vi.stubGlobal("caches", {
    keys: () => Promise.resolve([`workbox-precache-v2-${SCOPE}`, `arithmoscope-kept-${SCOPE}`, "somebody-else"]),
    delete: (name: string) => browser.asked.push(`delete ${name}`),
  });
  Object.defineProperty(navigator, "serviceWorker", {
    configurable: true,
    value: {
      controller,
      ready: Promise.resolve({
        active: { postMessage: (message: object) => browser.asked.push(JSON.stringify(message)) },
      }),
      getRegistration: () => Promise.resolve({ scope: SCOPE, unregister: () => browser.asked.push("unregister") }),
    },
  });
}

const answer = () => patchSlot("prediction", { status: "done", value: {} as Prediction, isRecorded: false });

describe("the first visit to a host that does not isolate the page", () => {
  test("asks for the worker once there is an answer, and has what was used kept", async () => {
    model.setState({ choice: SHIPPED_MODELS[0]!, status: { kind: "ready" } });
    patchSlot("sweep", { status: "computing" });
    const following = followServing(writeAddress);
    patchSlot("prediction", { status: "done", value: {} as Prediction, isRecorded: true });
    expect(browser.asked).toEqual([]);
    answer();
    await vi.waitFor(() => expect(browser.asked).toEqual(["register"]));
    patchSlot("sweep", { status: "done" });
    await following;
    await vi.waitFor(() =>
      expect(browser.asked).toEqual(["register", JSON.stringify({ type: "KEEP", model: FIRST_MODEL })]),
    );
  });

  test("offers all cores; at a press the page is opened anew with what was asked, and never by itself", async () => {
    void followServing(writeAddress);
    const offered = isolation();
    answer();
    await vi.waitFor(() => expect(browser.asked).toContain("register"));
    happens("controlling", { isUpdate: false });
    expect(browser.asked).not.toContain("reload");
    expect(offered.kind).toBe("offered");
    if (offered.kind === "offered") await offered.open();
    expect(browser.asked.slice(-2)).toEqual(["write", "reload"]);
    expect(browser.asked.filter((each) => each === "register")).toHaveLength(1);
  });
});

test("a page that its worker served and that is not isolated all the same is offered nothing", () => {
  visit({ controller: {} });
  void followServing(writeAddress);
  expect(isolation()).toEqual({ kind: "refused" });
});

test("a browser that allows no service worker has the page as it would be without one", async () => {
  browser.register = () => Promise.reject(new DOMException("The operation is insecure.", "SecurityError"));
  const following = followServing(writeAddress);
  answer();
  await expect(following).resolves.toBeUndefined();
  expect(isolation()).toEqual({ kind: "impossible" });
  expect(notices.getState().list).toEqual([]);
});

describe("a newer version", () => {
  test("is told of, and opened at a press with what was asked", async () => {
    void followServing(writeAddress);
    happens("waiting");
    expect(browser.asked).toEqual([]);
    saying("version")!.way!.go();
    expect(browser.asked).toEqual(["skip waiting"]);
    happens("controlling", { isUpdate: true });
    await vi.waitFor(() => expect(browser.asked).toEqual(["skip waiting", "write", "reload"]));
  });

  test("that another tab has opened takes nothing away here", () => {
    void followServing(writeAddress);
    happens("controlling", { isUpdate: true });
    expect(saying("version")!.message).toContain("Another tab");
    expect(browser.asked).toEqual([]);
  });
});

test("switched off by the address, the worker goes with what it kept, and with nothing of others", async () => {
  visit({ search: "?sw=off" });
  await followServing(writeAddress);
  answer();
  expect(browser.asked).toEqual([
    `delete workbox-precache-v2-${SCOPE}`,
    `delete arithmoscope-kept-${SCOPE}`,
    "unregister",
  ]);
  expect(saying("serving")!.message).toContain("switched off");
});

// @vitest-environment happy-dom
import { act, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { expect, test, vi } from "vitest";
import { Guard } from "./Guard.tsx";
import { later } from "./later.tsx";

test("a panel whose chunk did not arrive is asked for again by “Try again”", async () => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  let asked = 0;
  const { Panel, renew } = later(() => {
    asked++;
    return asked === 1 ? Promise.reject(new Error("no network")) : Promise.resolve(() => <p>the panel</p>);
  });
  const host = document.createElement("div");
  const root = createRoot(host);
  await act(async () => {
    root.render(
      <Guard what="the panel" onAgain={renew}>
        <Suspense fallback="on its way">
          <Panel />
        </Suspense>
      </Guard>,
    );
    await Promise.resolve();
  });
  expect(host.textContent).toContain("The panel could not be drawn: no network.");
  const again = [...host.querySelectorAll("button")].find(({ textContent }) => textContent === "Try again")!;
  await act(async () => {
    again.click();
    await Promise.resolve();
  });
  expect(host.textContent).toBe("the panel");
  expect(asked).toBe(2);
  await act(async () => {
    root.unmount();
    await Promise.resolve();
  });
});

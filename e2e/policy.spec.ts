import { FIRST_LOOK, ask, expect, openApp, openWithModel, predictionRow, test } from "./support.ts";
import { REFUSED, refusedByWorker } from "./worker-policy.ts";

/** That no story breaks the policy is held in every one of them: a violation is an error on the console. */
test(
  "the page runs no script from its text, asks no host but its own and the Hub, and a story sees what is refused",
  { tag: "@page" },
  async ({ page, problems }) => {
    await openApp(page, FIRST_LOOK);
    const refused = await page.evaluate(async () => {
      const seen: string[] = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => seen.push(effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "document.title = 'taken'";
      document.head.append(script);
      const button = document.createElement("button");
      button.setAttribute("onclick", "document.title = 'taken'");
      button.click();
      const image = new Image();
      image.src = "https://elsewhere.example/seen.png";
      document.body.append(image);
      await fetch("https://elsewhere.example/told").catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve));
      return { seen: seen.toSorted(), title: document.title };
    });
    expect(refused.seen).toEqual(["connect-src", "img-src", "script-src-attr", "script-src-elem"]);
    expect(refused.title).toBe("Arithmoscope");
    for (const what of ["inline script", "inline event handler", "Connecting to", "Loading the image"]) {
      // the console comes by a way of its own
      await expect.poll(() => problems.unexpected.filter((problem) => problem.includes(what))).not.toEqual([]);
    }
    problems.expect(/Content Security Policy|elsewhere\.example/);
  },
);

test("the engine's worker runs WebAssembly and its own scripts, no text and no script from elsewhere, and asks any host that is typed", async ({
  page,
  problems,
}) => {
  await openWithModel(page);
  await ask(page, "4+5=");
  await expect(predictionRow(page, "9")).toBeVisible();
  problems.expect(/Content Security Policy|elsewhere\.example/);
  expect(await refusedByWorker(page)).toEqual(REFUSED);
});

import { expect, openApp, test } from "./support.ts";

/** That no story breaks the policy is held in every one of them: a violation is an error on the console. */
test(
  "the page runs no script from its text, asks no host but its own and the Hub, and a story sees what is refused",
  { tag: "@page" },
  async ({ page, problems }) => {
    await openApp(page);
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
      expect(problems.unexpected.filter((problem) => problem.includes(`${what}`))).not.toEqual([]);
    }
    problems.expect(/Content Security Policy|elsewhere\.example/);
  },
);

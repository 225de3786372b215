import type { BrowserContext } from "@playwright/test";

/**
 * What the graphics processor has proved in earlier stories of this worker of the tests, as the page keeps it
 * (`workers/engine/canary/proofs.ts`): it is the same one in each, and would prove itself anew in every fresh profile.
 */
let known: string | undefined;

/** From the root of the origin's private file system. */
const PLACE = { folders: ["proofs", "devices"], file: "proofs.json" } as const;

/** Puts what is known into a fresh profile, by a page of the same origin with nothing in it. */
export async function giveProofs(context: BrowserContext, origin: string): Promise<void> {
  if (known === undefined) return;
  const page = await context.newPage();
  const nowhere = `${origin}/nothing.html`;
  await page.route(nowhere, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await page.goto(nowhere);
  await page.evaluate(
    async ([{ folders, file }, text]) => {
      let folder = await navigator.storage.getDirectory();
      for (const name of folders) folder = await folder.getDirectoryHandle(name, { create: true });
      const stream = await (await folder.getFileHandle(file, { create: true })).createWritable();
      await stream.write(text);
      await stream.close();
    },
    [PLACE, known] as const,
  );
  await page.close();
}

/** Takes over what a story has proved, if it has and its page is still there. */
export async function takeProofs(context: BrowserContext, origin: string): Promise<void> {
  const page = context.pages().find((each) => new URL(each.url()).origin === origin);
  const found = await page
    ?.evaluate(async ({ folders, file }) => {
      let folder = await navigator.storage.getDirectory();
      for (const name of folders) folder = await folder.getDirectoryHandle(name);
      return (await (await folder.getFileHandle(file)).getFile()).text();
    }, PLACE)
    .catch(() => undefined);
  if (found !== undefined && found !== "") known = found;
}

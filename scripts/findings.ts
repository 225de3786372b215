import { runnerImport } from "vite";

/** Measures every card of the gallery anew, and writes what its link claims and its picture is drawn from into public/findings/gallery.json. */
const { module } = await runnerImport<{ readonly writeGallery: () => Promise<void> }>(
  "/test/findings/write-gallery.ts",
  { configFile: "vite.config.ts" },
);
await module.writeGallery();

import type { Plugin } from "vite";

/**
 * Has the preview send models as they lie. Vite's compresses whatever has no type that it knows, weights among it, and gives both forms one weak
 * ETag, without `Vary`; a range comes uncompressed, and a browser's cache takes parts of the one for parts of the other.
 */
export function plainModels(): Plugin {
  return {
    name: "plain-models",
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, _response, next) => {
        if (/\/models\//.test(request.url ?? "")) delete request.headers["accept-encoding"];
        next();
      });
    },
  };
}

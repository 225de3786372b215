import { model } from "#state/model/model.ts";

/**
 * Settles once no model is on its way: what is asked while one loads, also in another's place, is asked of that one. Undefined where none is:
 * what is asked then is asked at once, of the model that is there, also where another is loaded in the same breath.
 */
export const loadSettled = (): Promise<void> | undefined =>
  model.getState().status.kind === "loading" ? settling() : undefined;

async function settling(): Promise<void> {
  while (model.getState().status.kind === "loading") {
    await new Promise<void>((resolve) => {
      const end = model.subscribe(() => {
        end();
        resolve();
      });
    });
  }
}

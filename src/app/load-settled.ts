import { model } from "#state/model/model.ts";

/** Settles once no model is on its way, at once where none is: what is asked while one loads, also in another's place, is asked of that one. */
export async function loadSettled(): Promise<void> {
  while (model.getState().status.kind === "loading") {
    await new Promise<void>((resolve) => {
      const end = model.subscribe(() => {
        end();
        resolve();
      });
    });
  }
}

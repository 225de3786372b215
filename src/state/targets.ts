import { notify, notifyFault, dismiss } from "./notices.ts";
import { setTarget } from "./question.ts";
import { currentEngine } from "./run/engine-port.ts";
import { results } from "./run/results.ts";

/** Asks about one token of the vocabulary; the clean run's first is the default and needs no name in a link. */
export function chooseTarget(id: number): void {
  const { before } = results.getState();
  setTarget(before.value?.top[0]?.id === id ? undefined : id);
  dismiss("target");
}

/** A typed target has to be one token, as the tokenizer cuts it. */
export async function typeTarget(text: string): Promise<void> {
  try {
    const { ids, texts, added, unknown } = await currentEngine().tokenize(text);
    const own = ids.map((id, index) => ({ id, text: texts[index] ?? "" })).filter((_, index) => !added.includes(index));
    const [only] = own;
    if (unknown.length > 0)
      notify("target", `“${unknown.join("”, “")}” is not in this model’s vocabulary. A target is one of its tokens.`);
    else if (!only) notify("target", "The target is empty. Type one token, or click one in the prediction.");
    else if (own.length > 1) {
      notify(
        "target",
        `“${text}” is ${own.length} tokens for this model (${own.map((token) => token.text).join(" · ")}). A target is one token.`,
      );
    } else chooseTarget(only.id);
  } catch (reason) {
    notifyFault("target", reason);
  }
}

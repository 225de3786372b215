import { publishedShown } from "#state/chain-view.ts";
import { guide } from "#state/guide/guide.ts";
import { FIRST_LOOK } from "#state/first-look/first-look.ts";
import { model, modelLabel } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { isStale, kindIn, results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { TABS } from "#views/page/tabs.tsx";
import { interventionsText } from "#views/shared/words/part-name.ts";
import { PUBLISHED_MODELS } from "#views/shared/words/published-names.ts";
import { lineText, tokenText } from "#views/shared/words/token-text.ts";

const PAGE = "Arithmoscope";

/** Limit of a prompt and of a model's name in a title: more does not stand in a tab or a list of visited pages. */
const MOST_CHARACTERS = 40;

/** The page's title: what is shown, for the browser's tab and its list of visited places: `3+5= → 4 · L0H7 off · Heads · Arithmoscope`. */
export function titleNow(): string {
  if (guide.getState().isGalleryOpen) return `Findings · ${PAGE}`;
  const { prompt, interventions } = question.getState();
  const { choice } = model.getState();
  const { tab } = view.getState();
  const published = publishedShown(view.getState());
  const of = published ? PUBLISHED_MODELS[published] : choice && choice.id !== FIRST_LOOK.model && modelLabel(choice);
  const asked = prompt === "" ? "" : shortened(prompt);
  const words = [
    // a record is of its own prompt, with nothing ablated
    ...(published ? [] : [asked + answerNow(), interventionsText(interventions)]),
    TABS.find(({ view: name }) => name === tab)?.label,
    of && shortened(of),
    PAGE,
  ];
  return words.filter((word) => word).join(" · ");
}

/** ` → 8`, as long as it is the answer to what is asked. */
function answerNow(): string {
  const { prompt, interventions } = question.getState();
  const slot = results.getState()[kindIn("prediction", interventions.length > 0)];
  const answer =
    slot.about?.prompt === prompt && slot.status === "done" && !isStale(slot) ? slot.value?.top[0] : undefined;
  return answer ? ` → ${tokenText(answer.text)}` : "";
}

function shortened(text: string): string {
  // cut first: the rest of a long text is not worth reading
  const characters = Array.from(text.slice(0, 2 * MOST_CHARACTERS + 2));
  const start = lineText(characters.slice(0, MOST_CHARACTERS).join(""));
  return characters.length > MOST_CHARACTERS ? `${start}…` : start;
}

/** Keeps the page's title on what is shown. @returns what ends it */
export function followTitle(): () => void {
  const write = () => {
    const title = titleNow();
    if (document.title !== title) document.title = title;
  };
  const ends = [question, view, model, results, guide].map((store) => store.subscribe(write));
  write();
  return () => {
    for (const end of ends) end();
  };
}

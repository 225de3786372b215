import { useEffect } from "react";
import type { ReactNode } from "react";
import { useStore } from "zustand";
import { predictingEvidence } from "#analysis/chain/chain.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { formatHead, isSameHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { otherNumbers } from "#state/ablation-source.ts";
import { mostImportantHead } from "#state/effects.ts";
import { GALLERY_HASH, setOpeningShown } from "#state/guide/guide.ts";
import { usePlain } from "../shared/use-plain.ts";
import {
  OPENING_STEPS,
  followOutcomes,
  forgetSteps,
  isBy,
  openingSteps,
  takeStep,
} from "#state/guide/opening-steps.ts";
import type { OpeningStep } from "#state/guide/opening-steps.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { EMPTY_SLOT, isStale, results } from "#state/run/results.ts";
import { answerOf, brokenInto, shownRuns } from "../prediction/prediction-rows.ts";
import { stagesBy } from "../prompt/example-stages.ts";
import { lineText, tokenText } from "../shared/words/token-text.ts";
import { TourButton } from "./TourButton.tsx";
import { whenThere } from "./when-there.ts";
import {
  ABOUT_ANY,
  noMeanSentence,
  ablatedSentence,
  pathSentence,
  hasFallen,
  reasonSentence,
  silentSentence,
} from "./opening-words.ts";
import type { OpeningText } from "./opening-words.ts";

const PAPER = "https://arxiv.org/abs/2409.14144";

const LABELS = {
  off: "Switch off the part it needs most",
  silent: "See who went silent",
  reason: "Is that really the reason?",
  path: "Follow the whole path",
} as const satisfies Record<OpeningStep, string>;

const CHAIN = '[aria-label="Chain"]';
/** A phone, as the styles have it. */
const isNarrow = () => matchMedia("(width < 860px)").matches;

/** Characters of a prompt that stand in a heading. */
const MOST_QUOTED = 24;

/** What a step is for, until it was taken, where what is ablated is 0. */
const HINTS = {
  off: "One attention head of all, for this prompt. The answer changes before your eyes.",
  silent: "The neurons that spoke up for the answer, and no longer do.",
  reason: "Nothing in its place is crude. Put there what the same head is after other numbers.",
  path: "By zero ablation: whom the head hands on to, up to the answer. A stage without evidence says so.",
} as const satisfies Record<OpeningStep, string>;

/** As `HINTS`, where the mean over other prompts stands in. */
const MEAN_HINTS = {
  ...HINTS,
  off: "One attention head of all: it then is what it is after other numbers, on average. The answer changes before your eyes.",
  reason: "After other numbers it says other things. Put nothing there: is the answer gone as well?",
  path: "By mean ablation: whom the head hands on to, up to the answer. A stage without evidence says so.",
} as const satisfies Record<OpeningStep, string>;

interface OpeningProps {
  /** By the model’s id. */
  readonly texts: Readonly<Record<string, OpeningText>>;
}

/** The question that the page opens on, what this is, and the way through it, one step at a time. */
export function Opening({ texts }: OpeningProps) {
  const prompt = useStore(question, (state) => state.prompt);
  const id = useStore(model, (state) => state.choice?.id ?? "");
  const text = texts[id]?.prompt === prompt ? texts[id] : undefined;
  useEffect(followOutcomes, []);
  // another question has another way
  useEffect(() => forgetSteps, [prompt, id]);
  return (
    <section aria-label="Introduction" className="opening">
      <Question texts={texts} />
      <p className="opening-about">
        {text?.about ?? ABOUT_ANY}{" "}
        <span className="opening-ways">
          The method is that of{" "}
          <a href={PAPER} target="_blank" rel="noopener">
            a paper
          </a>
          . What else was found: <a href={GALLERY_HASH}>findings</a>. <TourButton className="link" />
        </span>
      </p>
      <Steps prompt={prompt} whole={text?.whole} />
      <button
        type="button"
        className="quiet close opening-close"
        aria-label="Dismiss the introduction"
        title="“?” brings it back"
        onClick={() => setOpeningShown(false)}
      >
        ✕
      </button>
    </section>
  );
}

/** `A language model answers 3 + 5 = 8`, the answer as it is by now: until a newer prompt has its own, both are the earlier one’s. */
function Question({ texts }: OpeningProps) {
  const interventions = useStore(question, (state) => state.interventions);
  const slots = useStore(results);
  const shown = shownRuns(slots, interventions.length > 0);
  if (!shown) return <h2>Which parts of a language model know what it answers?</h2>;
  const { runs, about } = shown;
  const now = brokenInto(runs);
  const answer = tokenText(answerOf(runs.before).text);
  const written = texts[about.model.id];
  const asked = written?.prompt === about.prompt ? written.reads : quoted(about.prompt);
  return (
    <h2>
      A language model answers {asked === undefined ? "the prompt below with" : <code>{asked}</code>}{" "}
      {now && (
        <>
          <del>
            <code>{answer}</code>
          </del>{" "}
        </>
      )}
      <code className="opening-answer">{now ? tokenText(now.text) : answer}</code>. Which of its parts know that?
    </h2>
  );
}

const quoted = (prompt: string) => (prompt.length <= MOST_QUOTED ? lineText(prompt) : undefined);

interface StepsProps {
  readonly prompt: string;
  readonly whole: OpeningText["whole"];
}

function Steps({ prompt, whole }: StepsProps) {
  const { taken, donorPrompts } = useStore(openingSteps);
  const ablationSource = useStore(question, (state) => state.ablationSource);
  const hints = (taken.length > 0 ? donorPrompts : ablationSource) ? MEAN_HINTS : HINTS;
  const hasHead = useStore(
    results,
    ({ sweep }) => sweep.value !== undefined && mostImportantHead(sweep.value) !== undefined,
  );
  // without a number in it there are no other numbers to put there
  const steps = OPENING_STEPS.filter((step) => step !== "reason" || otherNumbers(prompt).length > 0);
  const next = steps.find((step) => !taken.includes(step));
  return (
    <ol className="opening-steps">
      {steps.map((step, place) => (
        <li key={step} className={placeOf(step, next, taken)}>
          <span className="opening-number" aria-hidden="true">
            {taken.includes(step) ? "✓" : place + 1}
          </span>
          {step === next || taken.includes(step) ? (
            <button
              type="button"
              className={step === next ? "primary" : "quiet"}
              disabled={!hasHead}
              onClick={() => {
                takeStep(step);
                // on a phone the chain is screens below
                if (step === "path" && isNarrow()) whenThere(CHAIN, (place) => place.scrollIntoView());
              }}
            >
              {LABELS[step]}
            </button>
          ) : (
            <span className="opening-later">{LABELS[step]}</span>
          )}
          <p aria-live={taken.includes(step) ? "polite" : undefined}>
            {taken.includes(step) ? <Outcome of={step} whole={whole} /> : hints[step]}
          </p>
        </li>
      ))}
    </ol>
  );
}

/** On a phone only the next step and the last one's outcome are shown. */
function placeOf(step: OpeningStep, next: OpeningStep | undefined, taken: readonly OpeningStep[]): string {
  if (step === next) return "is-next";
  if (step === taken.at(-1)) return "is-last";
  return taken.includes(step) ? "is-done" : "is-later";
}

/** Whether a chain is that of the head that the steps are about. */
function isOfHead(chain: Chain, head: HeadId | undefined): boolean {
  const own = predictingEvidence(chain)?.head;
  return own !== undefined && head !== undefined && isSameHead(own, head);
}

function Outcome({ of, whole }: { readonly of: OpeningStep } & Pick<StepsProps, "whole">): ReactNode {
  const { outcomes, head, donorPrompts } = useStore(openingSteps);
  const { off, silent, reason, donorPrompts: fitting } = outcomes;
  const { value: chain, about } = useStore(results, ({ chain: slot }) =>
    slot.status === "done" && !isStale(slot) && isBy(donorPrompts, slot.about) ? slot : EMPTY_SLOT,
  );
  const target = useStore(results, ({ prediction }) => tokenText(prediction.value?.target.text ?? ""));
  const isPlain = usePlain();
  const hadFallen = off === undefined || hasFallen(off);
  if (of === "off" && off) return ablatedSentence(off);
  if (of === "silent" && silent) return silentSentence(silent, target, isPlain);
  if (of === "reason" && reason) return reasonSentence(reason, head ? formatHead(head) : "it", hadFallen, isPlain);
  if (of === "reason" && fitting !== undefined) return noMeanSentence(fitting);
  if (of === "path" && chain)
    return (
      <>
        {pathSentence(
          chain,
          donorPrompts !== undefined,
          hadFallen && isOfHead(chain, head) ? reason : undefined,
          about && stagesBy(about, donorPrompts === undefined ? "mean" : "zero"),
        )}{" "}
        Select a part to see what it hands on.
        {whole && (
          <>
            {" "}
            All four stages, by the mean: <a href={`#${whole.link}`}>{whole.reads}</a>.
          </>
        )}
      </>
    );
  return "…";
}

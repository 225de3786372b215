import { useState } from "react";
import type { ReactNode } from "react";
import { ErrorBoundary } from "react-error-boundary";

import { addressOf, copyLink } from "./copy-link.ts";
import { asSentence } from "./words/sentence.ts";

interface GuardProps {
  /** Where it stands in the sentence: `the panel “Chain”`. */
  readonly what: string;
  /** What has to happen before it is tried again. */
  readonly onAgain?: (() => void) | undefined;
  /** What puts the panel back to how it begins, where there is something that can be. */
  readonly onReset?: (() => void | Promise<void>) | undefined;
  readonly children: ReactNode;
}

/** What fails to be drawn takes nothing else along: a sentence in its place, and ways on. What the page holds stays as it is. */
export function Guard({ what, onAgain, onReset, children }: GuardProps) {
  return (
    <ErrorBoundary
      onReset={() => onAgain?.()}
      fallbackRender={({ error, resetErrorBoundary }) => (
        <Undrawn what={what} error={error} onAgain={resetErrorBoundary} onReset={onReset} />
      )}
    >
      {children}
    </ErrorBoundary>
  );
}

/** Characters of a message from below that a sentence takes. */
const MAX_MESSAGE = 300;

interface UndrawnProps extends Pick<GuardProps, "what" | "onReset"> {
  readonly error: unknown;
  readonly onAgain: () => void;
}

function Undrawn({ what, error, onAgain, onReset }: UndrawnProps) {
  const [isCopied, setCopied] = useState(false);
  const message = error instanceof Error ? error.message : String(error);
  const copy = async () => {
    if (await copyLink(await addressNow())) setCopied(true);
  };
  const reset = async () => {
    await onReset?.();
    onAgain();
  };
  return (
    <section className="panel undrawn" role="alert">
      <p>
        {asSentence(`${what} could not be drawn: ${message.slice(0, MAX_MESSAGE)}`)} This is a fault of the page. What
        was typed, switched off and computed is kept.
      </p>
      <p className="run-bar">
        <button type="button" onClick={onAgain}>
          Try again
        </button>
        <button type="button" onClick={() => void copy()}>
          {isCopied ? "Link copied" : "Copy link"}
        </button>
        {onReset && (
          <button type="button" onClick={() => void reset()}>
            Reset this panel
          </button>
        )}
      </p>
    </section>
  );
}

/** The finding's address; where what failed keeps it from being written, the one in the address bar. */
async function addressNow(): Promise<string> {
  try {
    const { sharedFragment } = await import("#state/link/shared-link.ts");
    return addressOf(sharedFragment() ?? "");
  } catch {
    return location.href;
  }
}

/** Far longer than a browser takes to open a file, far shorter than a person waits. */
const PATIENCE_MS = 2_000;
const ATTEMPTS = 5;

/**
 * Asks a browser's storage, and asks again where it says nothing: Chromium 156 has been seen to lose such a question for
 * good, once in some thirty loads, while other files are being written. A refusal is believed at once, unless an earlier question
 * may still be answered: it can be the reason for the refusal.
 *
 * @param discard gives back what an earlier question brings after all, once a later one was answered
 * @throws what the first question was refused with, or an Error if none is answered
 */
export async function askedAgain<T>(
  ask: () => Promise<T>,
  discard: (late: T) => void = () => undefined,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const asked: Promise<T>[] = [];
  let refusal: unknown = new Error(`storage: the browser has not answered ${ATTEMPTS} times`);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const question = ask();
    question.catch((reason: unknown) => (refusal = reason));
    asked.push(question);
    const answer = await answeredIn(patienceMs, asked);
    if (answer) {
      for (const each of asked.filter((other) => other !== answer.to)) each.then(discard, () => undefined);
      return answer.value;
    }
  }
  throw refusal;
}

interface Answer<T> {
  readonly to: Promise<T>;
  readonly value: T;
}

/** @returns undefined if time is up @throws the first refusal, if all were refused */
async function answeredIn<T>(patienceMs: number, asked: readonly Promise<T>[]): Promise<Answer<T> | undefined> {
  const up = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => up.resolve(undefined), patienceMs);
  try {
    return await Promise.race([Promise.any(asked.map(async (to) => ({ to, value: await to }))), up.promise]);
  } catch (reason) {
    throw (reason as AggregateError).errors[0];
  } finally {
    clearTimeout(timer);
  }
}

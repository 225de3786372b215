import type { Subject } from "#state/subject.ts";

/** What a result is about where a test does not say: `3+5=` on some model as it is, about its own answer. */
export const subjectOf = (changes: Partial<Subject> = {}): Subject => ({
  model: { id: "m", name: "m" },
  variant: "base",
  prompt: "3+5=",
  tokens: [],
  token: undefined,
  target: undefined,
  interventions: [],
  ...changes,
});

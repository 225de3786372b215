import type { CaseScore } from "#analysis/experiments/suite/scored-cases.ts";

/** What a right token of these cases has, and a wrong one, in nats: a token that is lost costs 2. */
const NATS_OF = { right: -1, wrong: -3 };

/**
 * How an answer fared, a digit a token: 1 for one that is right, ln p = −1, and 0 for one that is wrong, ln p = −3. So
 * `10` has ln p(answer) = −4.
 */
export const scoreOf = (tokens: string): CaseScore => ({
  isTop: [...tokens].map((token) => token === "1"),
  logProbability: [...tokens].map((token) => (token === "1" ? NATS_OF.right : NATS_OF.wrong)),
});

/** Several scores of one case, as it is and under each switch: `11 10 00`. */
export const scoresOf = (each: string): CaseScore[] => each.split(/\s+/).map(scoreOf);

import { costliestFirst } from "#analysis/experiments/head-table.ts";
import { formatHead } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import type { NamedNumber } from "../finding.ts";
import type { Discrepancy } from "../circumstances.ts";
import { MAX_NAME_CHARACTERS } from "../link-values.ts";
import { compared, verdictOf } from "../verification.ts";
import type { Verification } from "../verification.ts";

/** Heads that a link claims something of. */
const CLAIMED = 3;

/** The numbers that tell most of a result, for whoever opens its link to check. */
export function experimentClaims(result: ExperimentResult): NamedNumber[] {
  const claims = ((): NamedNumber[] => {
    switch (result.kind) {
      case "heads": {
        const costliest = costliestFirst(result.found.heads).slice(0, CLAIMED);
        return [
          { name: "accuracy", value: result.found.all.accuracy.value },
          ...costliest.map(({ at, all }) => ({ name: formatHead(at), value: all.drop.value })),
        ];
      }
      case "memorise":
        return result.found.flatMap(({ group, losses }) =>
          losses.map(({ label, relative }) => ({ name: `${group} ${label}`, value: relative.value })),
        );
      case "neurons":
        return [
          { name: "accuracy", value: result.found.accuracy.value },
          ...result.found.rows.map(({ count, mask }) => ({ name: `mask ${count}`, value: mask.value })),
        ];
      case "concepts":
        return [
          { name: "accuracy", value: result.found.accuracy.value },
          ...result.found.sets.map(({ reading, atLeast, loss }) => ({
            name: `${reading} ${atLeast}`,
            value: loss.value,
          })),
        ];
      case "bias":
        return [
          { name: "bias", value: result.found.bias.value },
          ...result.found.rows.map(({ count, bias }) => ({ name: `bias ${count}`, value: bias.value })),
        ];
      case "pruning":
        return [
          { name: "accuracy", value: result.found.all.value },
          ...result.found.rows.map(({ count, all }) => ({ name: `keep ${count}`, value: all.accuracy.value })),
        ];
      case "adapters":
        return [
          { name: "accuracy", value: result.found.base.all.value },
          ...result.found.adapters.map(({ name, all }, place) => ({
            name: claimName(`${place + 1} ${name}`),
            value: all.accuracy.value,
          })),
        ];
      default:
        throw new Error(`experiment: unknown kind ${String(result satisfies never)}`);
    }
  })();
  return claims.filter(({ value }) => Number.isFinite(value));
}

/** A name that somebody gave, as it comes back from a link. */
const claimName = (name: string) => name.replaceAll(/[;:]/g, " ").slice(0, MAX_NAME_CHARACTERS);

/**
 * Holds what a link claims of an experiment against a result that was computed here; see `verify`.
 *
 * @param others how the model that it was computed on differs from the one that the link names
 */
export function verifyExperiment(
  claimed: readonly NamedNumber[],
  result: ExperimentResult,
  others: readonly Discrepancy[],
): Verification {
  const own = new Map(experimentClaims(result).map(({ name, value }) => [name, value]));
  const unit = (name: string) => (result.kind === "bias" && name.startsWith("bias") ? "nats" : "cases");
  return verdictOf(
    claimed.flatMap(({ name, value }) => compared(name, value, own.get(name), unit(name))),
    others,
  );
}

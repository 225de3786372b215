import type { Operation } from "#analysis/ablation/operation.ts";

/** The operations as a person writes them. */
export const OPERATION_SIGNS = { "+": "+", "-": "−", "*": "×", "/": "÷" } satisfies Record<Operation, string>;

/** A group of problems as a reader knows it: an operation by its sign. */
export const groupName = (group: string): string => (isOperation(group) ? OPERATION_SIGNS[group] : group);

const isOperation = (group: string): group is Operation => Object.hasOwn(OPERATION_SIGNS, group);

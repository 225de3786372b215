import type { Operation } from "#analysis/ablation/operation.ts";

/** The operations as a person writes them. */
export const OPERATION_SIGNS = { "+": "+", "-": "−", "*": "×", "/": "÷" } satisfies Record<Operation, string>;

import fc from "fast-check";

/** The same cases on every machine and in every run; `SEED=7 npx vitest run` tries others. */
fc.configureGlobal({ seed: Number(process.env["SEED"] ?? 20_240_914) });

export { default as fc } from "fast-check";

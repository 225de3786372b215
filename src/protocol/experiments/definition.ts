import * as v from "valibot";
import { readOptions } from "../call.ts";
import { anything } from "../fields.ts";
import type { Field, Shape } from "./fields.ts";

/** A number that a link claims of a result: a share of cases where no unit is named. */
export interface ExperimentClaim {
  readonly name: string;
  readonly value: number;
  readonly unit?: "nats" | "logits";
}

export type Fields = Readonly<Record<string, Field>>;

/** An experiment: what is asked, what is found, and what a link claims of it. */
export interface Definition<Kind extends string, Asked extends Fields, Found> {
  readonly kind: Kind;
  /** In the order in which they are set, each fitted after those before it. */
  readonly fields: Asked;
  /** A result as it may be saved, every field and index that the page draws. */
  readonly found: v.GenericSchema<unknown, Found>;
  /** The numbers that tell most, for whoever opens a link to check. */
  claims(found: Found): readonly ExperimentClaim[];
}

export const experiment = <const Kind extends string, Asked extends Fields, Found>(
  definition: Definition<Kind, Asked, Found>,
) => definition;

type Value<Of> = Of extends Field<infer Asked, infer _> ? Asked : never;
type Fitted<Of> = Of extends Field<infer _, infer Ready> ? Ready : never;
type Optional<Asked extends Fields> = {
  [Name in keyof Asked]: undefined extends Value<Asked[Name]> ? Name : never;
}[keyof Asked];

/** What is asked of an experiment with these fields. */
export type RequestOf<Asked extends Fields> = {
  readonly [Name in Exclude<keyof Asked, Optional<Asked>>]: Value<Asked[Name]>;
} & { readonly [Name in Optional<Asked>]?: Exclude<Value<Asked[Name]>, undefined> };

/** A request with these fields as it is run on a model. */
export type FittedOf<Asked extends Fields> = { readonly [Name in keyof Asked]: Fitted<Asked[Name]> };

type AnyDefinition = Pick<Definition<string, Fields, unknown>, "kind" | "fields">;

/** The schema of a request: of one that is asked, and of a saved one. */
export const requestSchema = ({ kind, fields }: AnyDefinition) =>
  v.object({
    kind: v.literal(kind),
    ...Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
  });

/** The options of a script, each as it is written: what stands for it in a request is read afterwards. */
export const writtenOptions = ({ fields }: AnyDefinition): v.ObjectEntries =>
  Object.fromEntries(["kind", "count", ...Object.keys(fields)].map((name) => [name, v.exactOptional(anything)]));

/** @throws Fault "bad-request" with what was found and what is needed */
export const checkRequest = (definition: AnyDefinition, request: unknown, call = "experiment"): void =>
  void readOptions(call, requestSchema(definition).entries, request);

/**
 * A request as it is run on a model: what was left out filled in, lists in order.
 *
 * @throws Fault "bad-request" with what was found and what is needed
 */
export function fitRequest(definition: AnyDefinition, request: object, shape: Shape): Record<string, unknown> {
  checkRequest(definition, request);
  const fitted: Record<string, unknown> = { ...request };
  for (const [name, field] of Object.entries(definition.fields)) {
    fitted[name] = field.fit(fitted[name], { name, shape, earlier: fitted });
  }
  return fitted;
}

/** A request as it may be saved and shown: without access tokens and files. */
export function savedRequest({ fields }: AnyDefinition, request: object): object {
  const values = Object.entries(request).map(([name, value]) => [name, fields[name]?.saved?.(value) ?? value]);
  return Object.fromEntries(values) as object;
}

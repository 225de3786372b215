import { Fault } from "#core/fault.ts";
import { foundAndNeeded, shownName } from "#core/shown.ts";

/** What an adapter_config.json has under a name; undefined where it is missing or null. */
export type ReadField = (name: string) => unknown;

/** Fields with which PEFT computes something other than base + s·B·A, and what they have to be for it not to. */
const PLAIN_LORA: Readonly<Record<string, { readonly plain: readonly unknown[]; readonly needed: string }>> = {
  bias: { plain: ["none"], needed: "none" },
  modules_to_save: { plain: [[], {}], needed: "nothing beside the adapter" },
  use_dora: { plain: [false], needed: "false" },
  use_qalora: { plain: [false], needed: "false" },
  lora_bias: { plain: [false], needed: "false" },
  layer_replication: { plain: [[]], needed: "none" },
  trainable_token_indices: { plain: [[], {}], needed: "none" },
  target_parameters: { plain: [[]], needed: "none" },
  alora_invocation_tokens: { plain: [[]], needed: "none" },
  // empty objects are settings that are all left as they are, and on
  monteclora_config: { plain: [], needed: "none" },
  use_bdlora: { plain: [], needed: "none" },
  arrow_config: { plain: [], needed: "none" },
  kasa_config: { plain: [], needed: "none" },
  // of the embedding and the unembedding, which are not adapted here
  ensure_weight_tying: { plain: [false, true], needed: "true or false" },
  // before PEFT, in Microsoft's own
  enable_lora: { plain: [[]], needed: "none" },
};

/** Fields that are read beside this. */
const READ =
  "peft_type r lora_alpha rank_pattern alpha_pattern use_rslora fan_in_fan_out target_modules exclude_modules " +
  "layers_to_transform layers_pattern init_lora_weights base_model_name_or_path";

/** Fields that are of training, of loading, or of what another field switches on. None of them changes what a trained adapter adds. */
const OF_TRAINING =
  "task_type auto_mapping peft_version revision inference_mode lora_dropout runtime_config megatron_config megatron_core " +
  "loftq_config eva_config corda_config lora_ga_config velora_config qalora_group_size merge_weights";

const KNOWN: ReadonlySet<string> = new Set([...`${READ} ${OF_TRAINING}`.split(" "), ...Object.keys(PLAIN_LORA)]);

/** Ways to begin that leave the base's own weights as they are, so that the adapter is the whole change. */
const LEAVES_THE_BASE = /^(?:gaussian|eva|orthogonal|mica)$/i;

export const isEmpty = (value: unknown) =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** Whether a field's value switches nothing on. */
export const isNeutral = (value: unknown) => value === undefined || value === false || value === "" || isEmpty(value);

const isAlike = (found: unknown, plain: unknown) =>
  found === plain || (isEmpty(found) && isEmpty(plain) && Array.isArray(found) === Array.isArray(plain));

/** @throws Fault "bad-config" naming the field, what it is and what is needed */
export function refuseOtherThanLora(field: ReadField): void {
  const type = field("peft_type");
  if (type !== "LORA") throw wrong("peft_type", type, "LORA");
  for (const [name, { plain, needed }] of Object.entries(PLAIN_LORA)) {
    const value = field(name);
    if (value !== undefined && !plain.some((each) => isAlike(value, each))) throw wrong(name, value, needed);
  }
  const beginning = field("init_lora_weights") ?? true;
  if (typeof beginning !== "boolean" && !(typeof beginning === "string" && LEAVES_THE_BASE.test(beginning))) {
    throw wrong("init_lora_weights", beginning, "a way to begin that leaves the base’s own weights alone");
  }
}

/** More unknown fields than this are not repeated in a message. */
const MAX_NAMED = 4;

/** Fields that switch something on and that PEFT does not know, in a sentence; "" where there are none. It warns and goes on without them. */
export function unknownFields(json: object): string {
  const names = Object.entries(json).flatMap(([name, value]) =>
    KNOWN.has(name) || isNeutral(value ?? undefined) ? [] : [name],
  );
  if (names.length === 0) return "";
  const shownNames = names.slice(0, MAX_NAMED).map(shownName).join(", ");
  const rest = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  const are = names.length === 1 ? "is a field" : "are fields";
  return `adapter_config.json: ${shownNames}${rest} ${are} that PEFT 0.21.0 does not know and goes on without, as is done here.`;
}

export const wrong = (name: string, found: unknown, needed: string) =>
  new Fault("bad-config", `adapter_config.json: ${name} ${foundAndNeeded(found, needed)}`);

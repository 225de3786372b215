import { EVERY_TOKENIZER } from "#test/tokenizers.ts";

/** The tests' tokenizers, for tokenizer_configs.py. */
process.stdout.write(JSON.stringify(EVERY_TOKENIZER));

"""What Hugging Face transformers makes of a tokenizer_config.json beside each of the tests' tokenizers.

    pip install transformers==5.18.0
    node scripts/golden/write-tokenizers.ts > KINDS
    python scripts/golden/tokenizer_configs.py KINDS > test/golden/tokenizer-configs.json

A config.json of the type llama leaves the choice of the class to tokenizer_config.json. Llama-2's own class is left out: it rebuilds
the sections that the file has, and the explorer runs the file's.
"""

import json
import sys
import tempfile
from pathlib import Path

import transformers
from transformers import AutoTokenizer

PLAIN = "PreTrainedTokenizerFast"
TEXTS = [
    "a",
    "the cat",
    " the",
    "<s>a",
    "a<new> b",
    "a <|x|>b",
    "<new> the <new>the",
    " <|padding|>",
    "a  <|x|>  b",
    "<NEW>the",
]


def token(content, **flags):
    plain = {"lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": True}
    return {"content": content, **plain, **flags}


def changes(kind):
    """Label, and fields of tokenizer_config.json."""
    added = kind["json"]["added_tokens"]
    known = {str(each["id"]): {name: value for name, value in each.items() if name != "id"} for each in added}
    free = 1 + max(len(kind["json"]["model"]["vocab"]) - 1, *(each["id"] for each in added))
    end = "<|endoftext|>"
    yield "as it is", {}
    yield "add_bos_token", {"add_bos_token": True, "bos_token": kind["config"].get("bos_token") or end}
    yield "no add_bos_token", {"add_bos_token": False}
    yield "add_eos_token", {"add_eos_token": True, "eos_token": kind["config"].get("eos_token") or end}
    yield "add_prefix_space", {"add_prefix_space": True}
    yield "no add_prefix_space", {"add_prefix_space": False}
    yield "added_tokens_decoder", {"added_tokens_decoder": {**known, str(free): token("<new>")}}
    apart = {
        str(free + 9): token("<new>", lstrip=True, rstrip=True),
        str(free + 3): token("<|x|>", special=False, normalized=True),
    }
    yield "added_tokens_decoder, ids apart", {"added_tokens_decoder": {**known, **apart}}
    yield "additional_special_tokens", {"additional_special_tokens": ["<new>", "<|x|>"]}
    flagged = {"__type": "AddedToken", **token("<new>", lstrip=True)}
    yield "additional_special_tokens with flags", {"additional_special_tokens": [flagged]}
    yield "extra_special_tokens", {"extra_special_tokens": ["<|x|>"]}
    yield "extra_special_tokens by name", {"extra_special_tokens": {"image_token": "<|x|>"}}
    yield "another token", {"image_token": "<new>"}
    yield "unk_token", {"unk_token": "<new>"}
    yield "pad_token and mask_token", {"pad_token": "<|x|>", "mask_token": "<new>"}
    yield "a token of the model", {"eos_token": "the"}
    yield "both lists", {"additional_special_tokens": ["<new>"], "extra_special_tokens": ["<|x|>"]}
    yield "none named", dict.fromkeys(["unk_token", "bos_token", "eos_token", "pad_token"])


def loaded(kind, config):
    with tempfile.TemporaryDirectory() as folder:
        files = {"tokenizer": kind["json"], "tokenizer_config": config, "config": {"model_type": "llama"}}
        for name, value in files.items():
            Path(folder, f"{name}.json").write_text(json.dumps(value))
        return AutoTokenizer.from_pretrained(folder)


def cases(kinds):
    for kind in kinds:
        own = kind["config"]["tokenizer_class"]
        for name in dict.fromkeys([PLAIN] if kind["name"] == "Llama-2" else [PLAIN, own]):
            for label, fields in changes(kind):
                config = {**kind["config"], "tokenizer_class": name, **fields}
                tokenizer = loaded(kind, config)
                yield {
                    "tokenizer": kind["name"],
                    "label": label,
                    "config": config,
                    "loadedAs": type(tokenizer).__name__,
                    "ids": [tokenizer(text)["input_ids"] for text in TEXTS],
                }


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        kinds = json.load(file)
    made_by = f"scripts/golden/tokenizer_configs.py with transformers {transformers.__version__}"
    json.dump({"madeBy": made_by, "texts": TEXTS, "cases": list(cases(kinds))}, sys.stdout, separators=(",", ":"))
    print()

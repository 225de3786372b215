"""What Hugging Face transformers makes of a tokenizer.json by the class that it takes for it.

    pip install transformers==5.18.0
    node scripts/golden/write-tokenizers.ts > KINDS
    python scripts/golden/tokenizer_configs.py KINDS test/golden/tokenizer-configs.json.gz

Which class that is follows from config.json (its model_type, and in older checkpoints its tokenizer_class) and from tokenizer_config.json,
which may be missing. mistral-common is not installed. An answer is the ids of every text and what they are written back as; null is a
folder that transformers does not open. Every answer is written down once, and a case names it by its place.
"""

import contextlib
import gzip
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

import transformers
from transformers import AutoTokenizer
from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES, tokenizer_class_from_name

# "" is a config.json without one
MODEL_TYPES = [
    "llama",
    "mistral",
    "qwen2",
    "qwen3",
    "gpt2",
    "gpt_neox",
    "gptj",
    "olmo2",
    "olmo3",
    "granite",
    "smollm3",
    "opt",
    "phi3",
    "gemma2",
    "gemma3_text",
    "",
]
# null is none
CLASSES = [
    None,
    "GPT2Tokenizer",
    "GPT2TokenizerFast",
    "GPTNeoXTokenizer",
    "GPTNeoXTokenizerFast",
    "LlamaTokenizer",
    "LlamaTokenizerFast",
    "CodeLlamaTokenizer",
    "CodeLlamaTokenizerFast",
    "Qwen2Tokenizer",
    "Qwen2TokenizerFast",
    "Qwen3_5Tokenizer",
    "GemmaTokenizer",
    "GemmaTokenizerFast",
    "PreTrainedTokenizerFast",
    "PreTrainedTokenizer",
    "TokenizersBackend",
    "BloomTokenizerFast",
    "UnheardTokenizer",
    "UnheardTokenizerFast",
    "BertTokenizerFast",
    "CohereTokenizer",
]
# Those with rules of their own that the explorer writes as they do.
WRITTEN = [
    "GPT2Tokenizer",
    "GPTNeoXTokenizer",
    "LlamaTokenizer",
    "CodeLlamaTokenizer",
    "Qwen2Tokenizer",
    "Qwen3_5Tokenizer",
    "GemmaTokenizer",
]
PLAIN = "PreTrainedTokenizerFast"
TEXTS = [
    "",
    "a",
    "the cat",
    " the",
    "  the",
    "<s>a",
    "a<s> the</s>the",
    "<|endoftext|>the<|endoftext|> the",
    "a<new> b",
    "a <|x|>b",
    "<new> the <new>the",
    " <|padding|>",
    "a  <|x|>  b",
    "<NEW>the",
    "u\u0308 \u00fc",
    "a 128= 12",
    "it's\n\n the\tcat",
    "\u2581the \u2581 a",
    "<|im_start|>the <bos><pad> <unk>",
    "\u2581<PRE> the \u2581<MID>",
    "\u0d15\u0d3f the",
]
SWITCHES = [
    "add_prefix_space",
    "legacy",
    "add_bos_token",
    "add_eos_token",
    "split_special_tokens",
    "clean_up_tokenization_spaces",
    "trim_offsets",
]


def token(content, **flags):
    plain = {"lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": True}
    return {"content": content, **plain, **flags}


def added(content, **flags):
    return {"__type": "AddedToken", **token(content, **flags)}


def settings():
    """Label, and fields of tokenizer_config.json."""
    yield "nothing", {}
    for name in SWITCHES:
        for value in (True, False):
            yield f"{name} {str(value).lower()}", {name: value}
    for prefix in (True, False):
        for legacy in (True, None):
            yield f"prefix {prefix}, legacy {legacy}", {"add_prefix_space": prefix, "legacy": legacy}


def tokens(kind):
    """Label, and fields of tokenizer_config.json that name tokens."""
    known = {str(each["id"]): {name: value for name, value in each.items() if name != "id"} for each in kind["json"]["added_tokens"]}
    vocabulary = kind["json"]["model"]["vocab"]
    free = 1 + max(len(vocabulary) - 1, *(int(each) for each in known))
    end = "<|endoftext|>"
    yield "as it is", {}
    yield "add_bos_token", {"add_bos_token": True, "bos_token": kind["config"].get("bos_token") or end}
    yield "add_eos_token", {"add_eos_token": True, "eos_token": kind["config"].get("eos_token") or end}
    yield "added_tokens_decoder", {"added_tokens_decoder": {**known, str(free): token("<new>")}}
    apart = {
        str(free + 9): token("<new>", lstrip=True, rstrip=True),
        str(free + 3): token("<|x|>", special=False, normalized=True),
    }
    yield "added_tokens_decoder, ids apart", {"added_tokens_decoder": {**known, **apart}}
    yield "added_tokens_decoder, empty", {"added_tokens_decoder": {}}
    yield "added_tokens_decoder, none of the file's", {"added_tokens_decoder": {str(free): token("<new>")}}
    other = {id: {**each, "lstrip": True, "rstrip": True} for id, each in known.items()}
    yield "added_tokens_decoder, other flags", {"added_tokens_decoder": other}
    plain = {id: {**each, "special": False, "normalized": True} for id, each in known.items()}
    yield "added_tokens_decoder, no special ones", {"added_tokens_decoder": plain}
    yield "added_tokens_decoder, a bare one", {"added_tokens_decoder": {**known, str(free): {"content": "<new>"}}}
    bare = {"added_tokens_decoder": {**known, str(free): {"content": "<new>"}}, "pad_token": "<new>"}
    yield "added_tokens_decoder, a bare one that is named", bare
    of_model = {"added_tokens_decoder": {**known, "4": token("the")}}
    yield "added_tokens_decoder, a token of the model", of_model
    yield "additional_special_tokens", {"additional_special_tokens": ["<new>", "<|x|>"]}
    yield "additional_special_tokens with flags", {"additional_special_tokens": [added("<new>", lstrip=True)]}
    yield "extra_special_tokens", {"extra_special_tokens": ["<|x|>"]}
    yield "extra_special_tokens with flags", {"extra_special_tokens": [added("<|x|>", rstrip=True, special=False)]}
    yield "extra_special_tokens by name", {"extra_special_tokens": {"image_token": "<|x|>"}}
    yield "extra_special_tokens by name with flags", {"extra_special_tokens": {"image": added("<|x|>", lstrip=True)}}
    yield "extra_special_tokens, a text", {"extra_special_tokens": "<|x|>"}
    yield "both lists", {"additional_special_tokens": ["<new>"], "extra_special_tokens": ["<|x|>"]}
    yield "both lists, one empty", {"additional_special_tokens": ["<new>"], "extra_special_tokens": []}
    yield "both, one by name and empty", {"additional_special_tokens": ["<new>"], "extra_special_tokens": {}}
    yield "model_specific_special_tokens", {"model_specific_special_tokens": {"image_token": "<|x|>"}}
    specific = {"model_specific_special_tokens": {"image_token": "<|x|>"}, "audio_token": "<new>"}
    yield "model_specific_special_tokens and another", specific
    yield "another token", {"image_token": "<new>"}
    yield "another token with flags", {"image_token": added("<new>", lstrip=True), "audio_token": "<|x|>"}
    yield "another that is no token", {"image_token": {"content": "<new>"}, "video_token": 3}
    yield "unk_token", {"unk_token": "<new>"}
    yield "unk_token with flags", {"unk_token": added("<new>", rstrip=True)}
    yield "pad_token and mask_token", {"pad_token": "<|x|>", "mask_token": "<new>"}
    yield "a token of the model", {"eos_token": "the"}
    yield "a known token with other flags", {"eos_token": added("<s>", lstrip=True, rstrip=True)}
    yield "none named", dict.fromkeys(["unk_token", "bos_token", "eos_token", "pad_token"])
    yield "split, and one that only it has", {"split_special_tokens": True, "additional_special_tokens": ["<new>", "the"]}
    yield "prefix_token", {"prefix_token": "<new>", "eot_token": None}


class Answers:
    """Every one once, in the order in which they came."""

    def __init__(self):
        self.places = {}

    def place(self, answer):
        return self.places.setdefault(json.dumps(answer, separators=(",", ":")), len(self.places))

    def all(self):
        return [json.loads(each) for each in self.places]


def opened(kind, config, model):
    """@param config None leaves the file out"""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        files = {"tokenizer": kind["json"], "config": model}
        if config is not None:
            files["tokenizer_config"] = config
        write(Path(folder), files)
        return loaded(folder)


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        Path(folder, f"{name}.json").write_text(json.dumps(value))


def loaded(folder):
    try:
        # it asks whether code of the folder's own may run
        with contextlib.redirect_stdout(sys.stderr):
            return AutoTokenizer.from_pretrained(folder)
    except Exception:
        return None


def answer(tokenizer):
    if tokenizer is None:
        return None
    found = []
    for text in TEXTS:
        try:
            ids = tokenizer(text)["input_ids"]
            found.append([ids, tokenizer.decode(ids, skip_special_tokens=True)])
        except Exception:  # a character that the model has no token for
            found.append(None)
    return found


def called(tokenizer):
    return None if tokenizer is None else type(tokenizer).__name__


def model_of(model_type, **fields):
    return {**({"model_type": model_type} if model_type else {}), **fields}


def class_of(name):
    return {} if name is None else {"tokenizer_class": name}


def picks(kind):
    """Which class is taken, by where one is named, model type and name."""
    remote = {"auto_map": {"AutoTokenizer": ["code.OwnTokenizer", None]}}
    old = {"auto_map": ["code.OwnTokenizer", None]}
    places = {
        "tokenizer_config.json": lambda name: (class_of(name), {}),
        "config.json": lambda name: ({}, class_of(name)),
        "config.json, without the other": lambda name: (None, class_of(name)),
        "both": lambda name: (class_of(name), {"tokenizer_class": "GemmaTokenizer"}),
        "beside code": lambda name: ({**class_of(name), **remote}, {}),
        "beside code, as a list": lambda name: ({**class_of(name), **old}, {}),
        "beside other code": lambda name: ({**class_of(name), "auto_map": {"AutoModel": "code.Own"}}, {}),
    }
    return {
        place: [
            [called(opened(kind, config, model_of(model_type, **fields))) for config, fields in map(make, CLASSES)]
            for model_type in MODEL_TYPES
        ]
        for place, make in places.items()
    }


def by_repository(kind):
    """Which class is taken for a repository of this name; a folder of the same relative path is one to transformers."""
    rows = []
    names = [
        "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
        "deepseek-ai/deepseek-coder-1.3b-base",
        "deepseek-ai/deepseek-llm-7b-base",
        "elsewhere/DeepSeek-R1-Distill-Llama-8B",
    ]
    for name in names:
        for model_type in ["llama", "gpt2", "qwen2"]:
            for config in [class_of("LlamaTokenizerFast"), {}, {**class_of("LlamaTokenizerFast"), "auto_map": ["code.Own", None]}]:
                with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
                    write(Path(name), {"tokenizer": kind["json"], "config": model_of(model_type), "tokenizer_config": config})
                    rows.append([name, model_type, config, called(loaded(name))])
    return rows


FILLERS = 100_001


def mistral_regex(kinds, of):
    """`fix_mistral_regex`, which counts in vocabularies of more than 100,000, for some model types of some versions."""
    rows = []
    for kind in kinds:
        model = kind["json"]["model"]
        more = {f"filler {index}": len(model["vocab"]) + 10 + index for index in range(FILLERS)}
        large = {**kind, "json": {**kind["json"], "model": {**model, "vocab": {**model["vocab"], **more}}}}
        for model_type in ["mistral", "llama"]:
            for version in [None, "4.57.1", "5.0.0"]:
                for fixed in [True, False]:
                    said = {} if version is None else {"transformers_version": version}
                    place = of(large, {"fix_mistral_regex": fixed}, model_of(model_type, **said))
                    rows.append([kind["name"], model_type, said, fixed, place])
    return rows


def known_names():
    """Names for which transformers has a class with rules of its own, and which the explorer therefore must not take for unknown."""
    names = {name for name in TOKENIZER_MAPPING_NAMES.values() if name}
    names |= {name for name in dir(transformers) if name.endswith(("Tokenizer", "TokenizerFast", "Backend"))}
    found = {}
    for name in names:
        known = tokenizer_class_from_name(name)
        if known is not None and known.__name__ not in ("TokenizersBackend", "PythonBackend"):
            found[name.removesuffix("Fast")] = None
    return sorted(found)


def main(kinds):
    by_name = {kind["name"]: kind for kind in kinds}
    answers = Answers()
    of = lambda *folder: answers.place(answer(opened(*folder)))
    changes = list(settings())
    every = {}
    for name in ["Pythia", "Llama-2"]:
        for model_type in MODEL_TYPES:
            rows = [[of(by_name[name], {**class_of(each), **fields}, model_of(model_type)) for _, fields in changes] for each in CLASSES]
            every.setdefault(name, []).append(rows)
        print(name, file=sys.stderr)
    without = {
        kind["name"]: [of(kind, None, model_of(model_type)) for model_type in MODEL_TYPES] for kind in kinds
    }
    print("without", file=sys.stderr)
    classes = [PLAIN, *WRITTEN]
    by_class = {
        kind["name"]: [
            [of(kind, {"tokenizer_class": name, **fields}, {"model_type": "llama"}) for _, fields in changes]
            for name in classes
        ]
        for kind in kinds
    }
    print("by class", file=sys.stderr)
    by_tokens = [
        {
            "tokenizer": kind["name"],
            "label": label,
            "fields": fields,
            "answers": [
                of(kind, {**kind["config"], **fields, "tokenizer_class": name}, {"model_type": "llama"}) for name in classes
            ],
        }
        for kind in (by_name[name] for name in ["Llama-2", "Pythia", "SmolLM2"])
        for label, fields in tokens(kind)
    ]
    return {
        "madeBy": f"scripts/golden/tokenizer_configs.py with transformers {transformers.__version__}",
        "texts": TEXTS,
        "modelTypes": MODEL_TYPES,
        "classes": CLASSES,
        "known": known_names(),
        "picks": picks(by_name["GPT-2"]),
        "byRepository": by_repository(by_name["GPT-2"]),
        "fillers": FILLERS,
        "mistralRegex": mistral_regex([by_name[name] for name in ["GPT-2", "Mistral"]], of),
        "settings": changes,
        "every": every,
        "without": without,
        "written": classes,
        "byClass": by_class,
        "byTokens": by_tokens,
        "answers": answers.all(),
    }


if __name__ == "__main__":
    assert importlib.util.find_spec("mistral_common") is None
    transformers.logging.set_verbosity_error()
    sys.stdin.close()
    _, kinds, golden = sys.argv
    found = json.dumps(main(json.loads(Path(kinds).read_text())), separators=(",", ":"), ensure_ascii=False)
    Path(golden).write_bytes(gzip.compress(found.encode(), mtime=0))

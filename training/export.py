"""Writes the folder that the page, `transformers` and evaluate.py open, from a run's checkpoint.

    python export.py runs/abacus-2 ../public/models/abacus-2 --half
"""
import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from corpus import BOS, EOS, PAD, SPECIAL, vocabulary
from model import CONTEXT, NORM_EPS, ROPE_THETA, Llama
from train import SHAPE

# Numbers in groups of up to three digits, the hyphenated French words, other words, single signs; spaces drop out.
SPLIT = r"\d{1,3}|dix-(?:sept|huit|neuf)|\p{L}+|[^\s\p{L}\d]"


def config(settings, vocabulary_size):
    """A Llama's; with a window a Mistral's, which is the same but for the window in every layer."""
    window = settings.get("window", 0)
    family = ({"architectures": ["MistralForCausalLM"], "model_type": "mistral", "sliding_window": window} if window
              else {"architectures": ["LlamaForCausalLM"], "model_type": "llama"})
    return family | {
        "hidden_size": settings["width"], "intermediate_size": settings["neurons"],
        "num_hidden_layers": settings["layers"], "num_attention_heads": settings["heads"],
        "num_key_value_heads": settings["heads"], "head_dim": settings["width"] // settings["heads"],
        "vocab_size": vocabulary_size, "max_position_embeddings": CONTEXT,
        "rms_norm_eps": NORM_EPS, "rope_theta": ROPE_THETA, "hidden_act": "silu",
        "attention_bias": False, "mlp_bias": False, "tie_word_embeddings": False,
        "bos_token_id": BOS, "eos_token_id": EOS, "pad_token_id": PAD, "torch_dtype": "float32",
    }


def tokenizer(tokens):
    """A BPE without merges: a word of the vocabulary is one token, any other falls back to its characters."""
    special = [{"id": index, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
                "normalized": False, "special": True} for index, content in enumerate(SPECIAL)]
    begin = {"SpecialToken": {"id": "<s>", "type_id": 0}}
    first, second = ({"Sequence": {"id": name, "type_id": index}} for index, name in enumerate("AB"))
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Removed", "invert": True},
        "post_processor": {"type": "TemplateProcessing", "single": [begin, first], "pair": [begin, first, second],
                           "special_tokens": {"<s>": {"id": "<s>", "ids": [BOS], "tokens": ["<s>"]}}},
        "decoder": None,
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
                  "vocab": {token: index for index, token in enumerate(tokens)}, "merges": []},
    }


def tokenizer_config():
    return {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
            "unk_token": "<unk>", "pad_token": "<pad>", "add_bos_token": True, "add_eos_token": False,
            "model_max_length": CONTEXT, "clean_up_tokenization_spaces": False}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="the folder train.py wrote")
    parser.add_argument("folder", type=Path, help="where to write the model")
    parser.add_argument("--half", action="store_true", help="write the weights as float16, at half the size")
    args = parser.parse_args()
    state = torch.load(args.run / "checkpoint.pt", map_location="cpu")
    settings, tokens = state["settings"], vocabulary()
    model = Llama(len(tokens), **{name: settings[name] for name in SHAPE if name in settings})
    model.load_state_dict(state["model"])
    args.folder.mkdir(parents=True, exist_ok=True)
    weights = {name: weight.half() if args.half else weight for name, weight in model.checkpoint().items()}
    save_file(weights, args.folder / "model.safetensors", metadata={"format": "pt"})
    (args.folder / "config.json").write_text(json.dumps(config(settings, len(tokens)) | {"torch_dtype": "float16" if args.half else "float32"}, indent=2))
    (args.folder / "tokenizer.json").write_text(json.dumps(tokenizer(tokens), ensure_ascii=False), encoding="utf-8")
    (args.folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config(), indent=2))
    print(f"{args.folder}: step {state['step']} of {settings['steps']}")


if __name__ == "__main__":
    main()

"""Which class Hugging Face transformers makes of a config.json, for every pair of a model type and an architecture.

    pip install transformers==5.18.0 torch
    python scripts/golden/model_classes.py > test/golden/model-classes.json

null stands where AutoModelForCausalLM has no answer.
"""

import json
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

TYPES = ["llama", "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox", "gptj", "phi", "gemma", "mixtral", "bert", "unheard_of", None]
CLASSES = ["LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM", "GPT2LMHeadModel", "GPTNeoXForCausalLM", "GPTJForCausalLM"]
ARCHITECTURES = [*([name] for name in CLASSES), None, [], ["PhiForCausalLM"], ["Wrapper", "LlamaForCausalLM"], ["LlamaForCausalLM", "Qwen2ForCausalLM"], ["Qwen2ForCausalLM", "LlamaForCausalLM"]]
SMALL = {"hidden_size": 8, "num_attention_heads": 2, "num_key_value_heads": 2, "num_hidden_layers": 1, "intermediate_size": 8, "vocab_size": 8, "n_embd": 8, "n_head": 2, "n_layer": 1, "head_dim": 4, "rotary_dim": 4}


def made(fields):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config.json").write_text(json.dumps(fields))
        try:
            with torch.device("meta"):
                return type(AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))).__name__
        except (ValueError, KeyError):
            return None


if __name__ == "__main__":
    rows = []
    for type_ in TYPES:
        for architectures in ARCHITECTURES:
            named = {key: value for key, value in [("model_type", type_), ("architectures", architectures)] if value is not None}
            rows.append(json.dumps({**named, "class": made({**SMALL, **named})}))
    made_by = f"scripts/golden/model_classes.py with transformers {transformers.__version__}"
    print(f'{{"madeBy": {json.dumps(made_by)}, "cases": [\n' + ",\n".join(rows) + "\n]}")

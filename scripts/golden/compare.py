"""How far the golden files are from what Hugging Face's libraries say here, in their versions and on the processors of this machine.

    sh scripts/golden/compare.sh

Prints the largest difference of every kind of number as a table, and how many prompts have other tokens; ends with 1 where one is
larger than float32 inside transformers explains (see families.py). The bundled model's file was made without transformers.
"""

import importlib.util
import json
import math
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoTokenizer

from families import measured, opened, variant

ROOT = Path(__file__).parents[2]
LIMIT = 2e-5

#: The numbers of a case by what they are called in the table.
KINDS = {
    "logits": ["logits"],
    "probabilities": ["logprob", "top"],
    "every head off": ["head_logprob_after_ablation", "most_important_head"],
    "increases of layers": ["layer_increase"],
    "largest increases of neurons": ["neuron_increase_top"],
    "comparison with a head off": ["cna_top"],
    "logits without and with the adapter": ["base", "adapted"],
}
#: Of a row of a comparison; what else a file says of it are words.
FIELDS = ["layer", "neuron", "before", "after", "coef_before", "coef_after"]


def golden(name):
    return json.loads((ROOT / "test" / "golden" / name).read_text())


def numbers(value):
    if isinstance(value, dict):
        value = [value[field] for field in FIELDS] if "neuron" in value else [value["attn"], value["ffn"]]
    return [each for part in value for each in numbers(part)] if isinstance(value, list) else [value]


def distance(wanted, found):
    """
    The largest difference; infinite where another thing is named, or what is found is no number. Whole numbers are names: of tokens, layers,
    heads and neurons.
    """
    pairs = list(zip(numbers(wanted), numbers(found), strict=True))
    if any(a != b if isinstance(a, int) else math.isnan(b) for a, b in pairs):
        return math.inf
    return max((abs(a - b) for a, b in pairs if not isinstance(a, int)), default=0.0)


def distances(file, pairs):
    """A row for each kind of number that the file's cases have, over pairs of a case and what is found here."""
    for title, keys in KINDS.items():
        if keys[0] in pairs[0][0]:
            yield f"{file}: {title}", len(pairs), max(distance(wanted[key], found[key]) for wanted, found in pairs for key in keys)


def bundled(file, folder):
    """A golden file of a model that comes with the page."""
    model, tokenizer = opened(folder), AutoTokenizer.from_pretrained(folder)
    cases = golden(file)["cases"]
    pairs = []
    for case in cases:
        found = measured(model, case["ids"], len(case["cna_top"]))
        log_probabilities = torch.log_softmax(torch.tensor(found["logits"]), -1)
        top = log_probabilities.topk(len(case["top"]))
        found["logprob"] = log_probabilities[case["target"]].item()
        found["top"] = [[token, value] for token, value in zip(top.indices.tolist(), top.values.exp().tolist())]
        pairs.append((case, found))
    yield from distances(file, pairs)
    yield f"{file}: tokens of prompts", len(cases), sum(tokenizer(case["prompt"])["input_ids"] != case["ids"] for case in cases)


def of_random_models(folder):
    pairs = zip(golden("families.json")["cases"], map(variant, sorted((folder / "families").iterdir())), strict=True)
    yield from distances("families.json", list(pairs))
    if importlib.util.find_spec("peft") is None:
        print("adapters.json is left out, as this Python has no peft")
        return
    from adapters import variant as adapted

    pairs = zip(golden("adapters.json")["cases"], map(adapted, sorted((folder / "adapters").iterdir())), strict=True)
    yield from distances("adapters.json", list(pairs))


def rows(folder):
    yield from bundled("abacus.json", ROOT / "public" / "models" / "abacus")
    yield from of_random_models(folder)


def main():
    torch.set_default_dtype(torch.float64)
    # for models as small as these the threads cost five times what they do
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, float64 on {device}; {LIMIT:g} is allowed")
    print("| golden numbers | cases | largest difference, or how many differ |\n| --- | --- | --- |")
    failed = False
    with torch.no_grad():
        for title, count, difference in rows(Path(sys.argv[1])):
            print(f"| {title} | {count} | {difference if isinstance(difference, int) else f'{difference:.1e}'} |", flush=True)
            failed |= difference > LIMIT
    sys.exit(int(failed))


if __name__ == "__main__":
    main()

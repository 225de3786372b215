"""Trains one LoRA adapter per layer, on that layer's attention alone, on arithmetic with negative results.

    python adapters.py ../public/models/abacus-2          writes adapters/layer-N/ into it, and the accuracies

The setting of arXiv 2409.14144, section 5: 18,000 sentences of two-digit arithmetic in four templates per operation,
2,000 others to measure on, about four epochs, the best of three learning rates. A negative number is two tokens, the
minus sign and the number, so the vocabulary of the base model does. The base model stays as it is; what is written is
in PEFT's format, float32.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from corpus import BOS, LARGEST_NUMBER, PAPER_TEMPLATES, ROW, batch, pick
from evaluate import load
from train import losses, masks_of

PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj"]
RATES = [1e-3, 3e-3, 1e-2]
TEMPLATES = {"numerals": lambda a, operation, b: f"{a} {operation} {b} ="} | PAPER_TEMPLATES


class Lora(nn.Module):
    """A projection plus alpha / rank times B A x. B begins as zero, so that training begins at the base model."""

    def __init__(self, base, rank, alpha):
        super().__init__()
        self.base, self.scale = base.requires_grad_(False), alpha / rank
        self.lora_A = nn.Linear(base.in_features, rank, bias=False)
        self.lora_B = nn.Linear(rank, base.out_features, bias=False)
        nn.init.zeros_(self.lora_B.weight)

    @property
    def weight(self):
        return self.base.weight + self.scale * self.lora_B.weight @ self.lora_A.weight

    def forward(self, x):
        return self.base(x) + self.scale * self.lora_B(self.lora_A(x))


def sentences(rng, count):
    """[(prompt, answer, "")]: operands of two digits where the results allow it, - in either order of its operands."""
    found = []
    for _ in range(count):
        operation = pick(rng, "+-*/")
        a, b = map(int, rng.integers(10, 100, 2))
        if operation in "*/":
            b = int(rng.integers(1, LARGEST_NUMBER // a + 1))
        result = {"+": a + b, "-": a - b, "*": a * b, "/": a}[operation]
        a = a * b if operation == "/" else a
        prompt = TEMPLATES[pick(rng, list(TEMPLATES))](a, operation, b)
        found.append((prompt, str(result) if result >= 0 else f"- {-result}", ""))
    return found


def split(seed):
    """18,000 sentences to learn from and 2,000 to measure on, none of which is among the first."""
    rng = np.random.default_rng(seed)
    distinct = list(dict.fromkeys(sentences(rng, 40_000)))[:20_000]
    return distinct[:18_000], distinct[18_000:]


@torch.no_grad()
def accuracy(model, cases, ids):
    """Share of cases all of whose answer's tokens are the most probable ones: of all, below zero, the rest."""
    lengths = {}
    for prompt, answer, _ in cases:
        words = [BOS, *(ids[word] for word in f"{prompt} {answer}".split())]
        lengths.setdefault((len(words), len(answer.split())), []).append(words)
    right = {1: [], 2: []}
    for (_, answered), rows in lengths.items():
        rows = torch.tensor(rows)
        found = model(rows)[:, -answered - 1 : -1].argmax(-1)
        right[answered].append((found == rows[:, -answered:]).all(-1))
    positive, negative = (torch.cat(right[answered]).float() for answered in (1, 2))
    shares = {"all": torch.cat([positive, negative]), "negative": negative, "not negative": positive}
    return {name: round(values.mean().item(), 3) for name, values in shares.items()}


def adapt(folder, layer, rate, learnt_from, args):
    """The model of the folder with an adapter on one layer, trained."""
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    model, ids = load(folder)
    model.requires_grad_(False)
    attention = model.layers[layer].self_attn
    for name in PROJECTIONS:
        setattr(attention, name, Lora(getattr(attention, name), args.rank, args.alpha))
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, weight_decay=0.0)
    texts_in_batch = args.rows * ROW // 10
    steps = round(args.epochs * len(learnt_from) / texts_in_batch)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 20) * (1 - step / steps)
        drawn = batch(rng, args.rows, ids, lambda rng: pick(rng, learnt_from))
        rows, texts, asks, learnt, following = (torch.from_numpy(array) for array in drawn)
        mask = masks_of(texts, asks, None, len(model.layers), 0)
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
            loss = losses(model, rows, mask, learnt, following, None)[0]
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
    return model, ids


def write(folder, model, layer, base, args):
    """adapter_config.json and adapter_model.safetensors, as PEFT names things."""
    folder.mkdir(parents=True, exist_ok=True)
    attention = model.layers[layer].self_attn
    weights = {}
    for name in PROJECTIONS:
        for factor in ("lora_A", "lora_B"):
            key = f"base_model.model.model.layers.{layer}.self_attn.{name}.{factor}.weight"
            weights[key] = getattr(getattr(attention, name), factor).weight.detach().contiguous()
    save_file(weights, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    config = {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base, "inference_mode": True,
        "r": args.rank, "lora_alpha": args.alpha, "lora_dropout": 0.0, "bias": "none", "fan_in_fan_out": False,
        "target_modules": PROJECTIONS, "layers_to_transform": [layer], "layers_pattern": "layers",
        "modules_to_save": None, "use_rslora": False, "use_dora": False, "rank_pattern": {}, "alpha_pattern": {},
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the exported base model; adapters/ is written into it")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--alpha", type=int, default=16)
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--epochs", type=float, default=4)
    parser.add_argument("--rates", type=float, nargs="+", default=RATES)
    parser.add_argument("--layers", type=int, nargs="+", help="only these")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bf16", action="store_true", help="multiply matrices in bfloat16; weights stay float32")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    learnt_from, measured_on = split(args.seed + 1)
    base, ids = load(args.folder)
    results = args.folder / "adapters" / "evaluation.json"
    table = json.loads(results.read_text()) if results.exists() else {}
    table |= {"n": len(measured_on), "base": accuracy(base, measured_on, ids)}
    print("base", table["base"], flush=True)
    for layer in args.layers or range(len(base.layers)):
        tried = {}
        for rate in args.rates:
            model, _ = adapt(args.folder, layer, rate, learnt_from, args)
            tried[rate] = accuracy(model, measured_on, ids), model
        best = max(tried, key=lambda rate: tried[rate][0]["all"])
        table[f"layer-{layer}"] = tried[best][0] | {"rate": best}
        print(f"layer {layer}", table[f"layer-{layer}"], flush=True)
        write(args.folder / "adapters" / f"layer-{layer}", tried[best][1], layer, args.folder.name, args)
        results.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()

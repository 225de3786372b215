"""Trains the bundled model. The defaults are those of the shipped one.

    python train.py runs/abacus                 a new run, or the rest of one that was stopped
    python train.py runs/abacus --stop-at 500   a piece of it; the same command without --stop-at goes on
"""
import argparse
import csv
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from corpus import PAD, batch, vocabulary
from evaluate import NUMERALS, accuracy, encode, questions
from model import Llama

SHAPE = ["layers", "width", "heads", "neurons", "embedding_rank"]
SCHEDULE = ["batch", "steps", "rate", "warmup", "decay", "head_dropout", "seed"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder for checkpoint.pt and curve.csv")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--neurons", type=int, default=512, help="feed-forward neurons per layer")
    parser.add_argument("--embedding-rank", type=int, default=0, help="train the embedding as a product of this rank")
    parser.add_argument("--batch", type=int, default=400)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak of the learning rate")
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--decay", type=float, default=0.1, help="weight decay of the matrices")
    parser.add_argument("--head-dropout", type=float, default=0.0, help="chance that a text does without a head")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stop-at", type=int, help="end this session at this step; the schedule stays the run's")
    parser.add_argument("--save-every", type=int, default=100, help="steps between checkpoints and rows of the curve")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def optimizer_of(model, decay):
    matrices = [weight for weight in model.parameters() if weight.dim() > 1]
    gains = [weight for weight in model.parameters() if weight.dim() == 1]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": gains, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def learning_rate(step, args):
    """Linear warm-up times a cosine from the peak to 2 % of it."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / args.steps))
    return args.rate * min(1, step / args.warmup) * (0.02 + 0.98 * cosine)


def dropped_heads(args, texts):
    """[layers, texts, heads], drawn on the CPU so that every device drops the same ones; None without dropout."""
    if args.head_dropout == 0:
        return None
    kept = torch.rand(args.layers, texts, args.heads) >= args.head_dropout
    return (kept / (1 - args.head_dropout)).to(args.device)


def train_step(model, optimizer, tokens, keep):
    logits, targets = model(tokens[:, :-1], keep), tokens[:, 1:]
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=PAD)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def save(args, state):
    """Replaces the checkpoint in one step, then writes the curve it holds."""
    unfinished = args.run / "checkpoint.pt.part"
    torch.save(state, unfinished)
    unfinished.replace(args.run / "checkpoint.pt")
    with open(args.run / "curve.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, state["curve"][0].keys())
        writer.writeheader()
        writer.writerows(state["curve"])


def main():
    args = arguments()
    args.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    tokens = vocabulary()
    ids = {token: index for index, token in enumerate(tokens)}
    sets = questions()
    numerals = encode({name: sets[name] for name in NUMERALS}, ids, args.device)
    shape = {name: getattr(args, name) for name in SHAPE}
    settings = shape | {name: getattr(args, name) for name in SCHEDULE}
    model = Llama(len(tokens), **shape).to(args.device)
    optimizer = optimizer_of(model, args.decay)
    done, seconds, curve = 0, 0.0, []
    checkpoint = args.run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location="cpu")
        if state["settings"] != settings:
            raise SystemExit(f"train: {checkpoint} was made with {state['settings']}, asked for are {settings}")
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        rng.bit_generator.state = state["texts"]
        torch.set_rng_state(state["dropout"])
        done, seconds, curve = state["step"], state["seconds"], state["curve"]
    print(f"{sum(weight.numel() for weight in model.parameters()):,} parameters on {args.device}, step {done}")

    last = min(args.stop_at or args.steps, args.steps)
    begun = time.time() - seconds
    for step in range(done, last):
        rate = learning_rate(step, args)
        for group in optimizer.param_groups:
            group["lr"] = rate
        texts = torch.from_numpy(batch(rng, args.batch, ids)).to(args.device)
        loss = train_step(model, optimizer, texts, dropped_heads(args, args.batch))
        if (step + 1) % args.save_every == 0 or step + 1 == last:
            shares = accuracy(model, numerals)
            seconds = round(time.time() - begun, 1)
            curve.append({"step": step + 1, "loss": round(loss, 4), "rate": rate, "seconds": seconds, **shares})
            print(curve[-1], flush=True)
            save(args, {"settings": settings, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
                        "texts": rng.bit_generator.state, "dropout": torch.get_rng_state(),
                        "step": step + 1, "seconds": seconds, "curve": curve})


if __name__ == "__main__":
    main()

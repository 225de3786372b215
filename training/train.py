"""Trains the bundled model. The defaults are those of the shipped one.

    python train.py runs/abacus-2                a new run, or the rest of one that was stopped
    python train.py runs/abacus-2 --stop-at 500  a piece of it; the same command without --stop-at goes on
    python train.py runs/abacus-2 --steps 6000   a longer or shorter run, as long as the cool-down of neither has begun
"""
import argparse
import csv
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from corpus import CORPORA, HOPS, batch, vocabulary
from evaluate import NUMERALS, accuracy, encode, hop_questions, questions
from model import Llama, seen

SHAPE = ["layers", "width", "heads", "neurons", "embedding_rank", "frozen_codes", "window", "attending"]
SCHEDULE = ["rows", "steps", "rate", "warmup", "cooldown", "decay", "head_dropout", "sparsity", "head_sparsity", "constancy", "usual_dropout", "relay", "relay_layer", "early", "seed", "corpus"]
WATCHED = NUMERALS + ["words en", "words roman", "Q: +"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder for checkpoint.pt and curve.csv")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--neurons", type=int, default=512, help="feed-forward neurons per layer")
    parser.add_argument("--embedding-rank", type=int, default=16, help="train the embedding as a product; 0: as it is")
    parser.add_argument("--frozen-codes", action=argparse.BooleanOptionalAction, default=True, help="leave that product's first factor as it is drawn")
    parser.add_argument("--window", type=int, default=0, help="tokens that a token sees, itself among them; 0: all before it")
    parser.add_argument("--attending", type=int, default=0, help="the first layers, whose attention writes anything; 0: all")
    parser.add_argument("--rows", type=int, default=128, help="rows of 32 tokens in a batch, about 4 texts each")
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--rate", type=float, default=2e-3, help="the learning rate between warm-up and cool-down")
    parser.add_argument("--warmup", type=int, default=200, help="steps in which the rate rises from zero")
    parser.add_argument("--cooldown", type=float, default=0.3, help="share of the steps, at the end, in which it falls to zero")
    parser.add_argument("--decay", type=float, default=0.1, help="weight decay of the matrices")
    parser.add_argument("--head-dropout", type=float, default=0.0, help="chance that a row does without a head")
    parser.add_argument("--sparsity", type=float, default=1.0, help="weight of the neurons' spread in the loss")
    parser.add_argument("--head-sparsity", type=float, default=0.3, help="weight of the heads' spread in the loss")
    parser.add_argument("--constancy", type=float, default=0.0, help="weight in the loss of what heads and neurons add whatever the text")
    parser.add_argument("--usual-dropout", type=float, default=0.0, help="chance that a row does without what a head or neuron usually adds")
    parser.add_argument("--relay", type=float, default=0.0, help="chance that the questions of a row are answered from what stands beside them")
    parser.add_argument("--relay-layer", type=int, default=2, help="the first layer in which they see what stands beside them")
    parser.add_argument("--early", type=int, default=0, help="the first layer behind which the answer is learnt too, through the same norm and unembedding; 0: behind the last alone")
    parser.add_argument("--start-from", type=Path, help="the checkpoint.pt of another run, whose weights a new run begins with")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", choices=CORPORA, default="plain", help="names: half of the texts name their operands first; hops: half are of the kinds in which something is fetched")
    parser.add_argument("--stop-at", type=int, help="end this session at this step; the schedule stays the run's")
    parser.add_argument("--save-every", type=int, default=100, help="steps between checkpoints and rows of the curve")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bf16", action="store_true", help="multiply matrices in bfloat16; weights stay float32")
    parser.add_argument("--compile", action="store_true", help="let PyTorch fuse the step; needs a C++ compiler on the CPU")
    return parser.parse_args()


def optimizer_of(model, decay):
    matrices = [weight for weight in model.parameters() if weight.dim() > 1 and weight.requires_grad]
    gains = [weight for weight in model.parameters() if weight.dim() == 1]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": gains, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def learning_rate(step, args):
    """Linear warm-up, constant, linear cool-down: the constant part of a run does not depend on its length."""
    return args.rate * min(1, step / args.warmup, (args.steps - step) / (args.cooldown * args.steps))


def dropped_heads(args):
    """[layers, rows, heads], drawn on the CPU so that every device drops the same ones; None without dropout."""
    if args.head_dropout == 0:
        return None
    kept = torch.rand(args.layers, args.rows, args.heads) >= args.head_dropout
    return (kept / (1 - args.head_dropout)).to(args.device)


# A token is common if a batch has it so often: signs and frames, not the operands between them.
COMMON = 100


def dropped_usual(args):
    """([layers, rows, heads], [layers, rows, neurons]), 1 where the usual is left out, drawn on the CPU; None without."""
    if args.usual_dropout == 0:
        return None
    return [(torch.rand(args.layers, args.rows, parts) < args.usual_dropout).float().to(args.device) for parts in (args.heads, args.neurons)]


# Tokens before a question that it sees in a relayed row: the last operand or a sign, and what stands before that.
BESIDE = 2


def relayed_rows(args):
    """[rows], true where questions see only what stands beside them, drawn on the CPU; None without."""
    if args.relay == 0:
        return None
    return (torch.rand(args.rows) < args.relay).to(args.device)


def masks_of(texts, asks, relayed, layers, relay_layer, window):
    """What is added to attention's scores, [rows, 1, length, length], one for each layer where rows are relayed.

    A token sees its own text only. In a relayed row the token that an answer has to follow sees itself alone below
    relay_layer, and from there on the BESIDE tokens before it too: what it needs has to be brought beside it by other
    positions, in the layers below. What one circuit has to do in these rows serves in all others as well.
    """
    own = (texts[:, :, None] == texts[:, None, :]) & seen(texts.shape[1], window).to(texts.device)

    def mask(seen):
        return torch.zeros_like(own[:, None], dtype=torch.float32).masked_fill(~seen[:, None], -1e9)

    if relayed is None:
        return mask(own)
    at = torch.arange(texts.shape[1], device=texts.device)
    free = ~(asks & relayed[:, None])[:, :, None]
    alone = mask(own & (free | (at[:, None] == at[None])))
    beside = mask(own & (free | (at[:, None] - at[None] <= BESIDE)))
    return [alone if layer < relay_layer else beside for layer in range(layers)]


def without_usual(tokens, vocabulary, dropped):
    """A change of x [rows, length, parts or parts * any]: where dropped [rows, parts] is 1, less what is usual.

    Usual is the mean over the batch's positions with the same common token. A part whose say at = is the same in every
    problem says nothing in the rows that it is dropped from, so the model cannot come to depend on it.
    """
    counts = torch.bincount(tokens.flatten(), minlength=vocabulary).float()
    is_common = (counts >= COMMON).float()[tokens]

    def change(x):
        by_part = x.view(*x.shape[:2], dropped.shape[1], -1)
        flat = by_part.detach().flatten(0, 1).float()
        sums = torch.zeros(vocabulary, *flat.shape[1:], device=x.device).index_add(0, tokens.flatten(), flat)
        usual = (sums / counts.clamp(min=1)[:, None, None])[tokens]
        return (by_part - (is_common[..., None] * dropped[:, None])[..., None] * usual).view(x.shape).to(x.dtype)

    return change


def spread(strengths):
    """How evenly [..., n] strengths are shared out, as a mean: 1 where all n are alike, 1 / sqrt(n) where one has all.

    The L1 norm over sqrt(n) times the L2 norm; to scale all strengths does not change it.
    """
    return (strengths.sum(-1) / (strengths.norm(dim=-1) + 1e-6)).mean() / strengths.shape[-1] ** 0.5


def constant_share(layers):
    """How much of what parts add is the same everywhere, 0 (it averages out) to 1 (it never changes).

    layers: [positions, parts, any] of each. The lengths of the parts' means as a share of their mean lengths.
    """
    same = sum(added.mean(0).norm(dim=-1).sum() for added in layers)
    return same / (sum(added.norm(dim=-1).mean(0).sum() for added in layers) + 1e-6)


def losses(model, tokens, mask, learnt, following, keep, dropped=None, early=0):
    """Cross-entropy at the learnt positions, with `early` also its mean over the layers from there to the last but one; there the spread of a layer's neurons and of all heads, and their constant share.

    The strength of a head or neuron is the length of what it adds to the residual, less the mean of that over these
    positions: a part that adds the same everywhere, however large, has none.
    """
    vocabulary = model.lm_head.out_features
    changes = dropped and [tuple(without_usual(tokens, vocabulary, kind[layer]) for kind in dropped) for layer in range(len(model.layers))]
    residuals = []
    _, parts = model.hidden(tokens, keep, mask, changes, residuals)

    def entropy(x):
        return F.cross_entropy(model.lm_head(model.norm(x.flatten(0, 1)[learnt])).float(), following)

    loss = entropy(residuals[-1])
    if early:
        exits = residuals[early:-1]
        loss = loss + sum(map(entropy, exits)) / len(exits)
    of_neurons, of_heads = [], []
    for layer, (heads, neurons) in zip(model.layers, parts):
        of_neurons.append(neurons.flatten(0, 1)[learnt].float() * layer.mlp.down_proj.weight.norm(dim=0))
        columns = layer.self_attn.o_proj.weight.unflatten(1, heads.shape[2:])
        of_heads.append(torch.einsum("khd,whd->khw", heads.flatten(0, 1)[learnt], columns).float())
    strengths_of_neurons = torch.stack([added - added.mean(0) for added in of_neurons]).abs()
    strengths_of_heads = [((added - added.mean(0)).square().sum(-1) + 1e-12).sqrt() for added in of_heads]
    constant = constant_share([added[..., None] for added in of_neurons]) + constant_share(of_heads)
    return loss, spread(strengths_of_neurons), spread(torch.cat(strengths_of_heads, -1)), constant / 2


def save(args, state):
    """Replaces the checkpoint in one step, then writes the curve it holds."""
    unfinished = args.run / "checkpoint.pt.part"
    torch.save(state, unfinished)
    unfinished.replace(args.run / "checkpoint.pt")
    with open(args.run / "curve.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, state["curve"][0].keys())
        writer.writeheader()
        writer.writerows(state["curve"])


def check_same_run(state, settings, checkpoint):
    """A run goes on with its own settings. Its length may change while both lengths have the rate still constant."""
    before, steps = {"window": 0, "attending": 0, "early": 0} | state["settings"], (state["settings"]["steps"], settings["steps"])
    constant = state["step"] <= min(steps) * (1 - settings["cooldown"])
    if before | {"steps": 0} != settings | {"steps": 0} or (steps[0] != steps[1] and not constant):
        raise SystemExit(f"train: {checkpoint} was made with {before} and is at step {state['step']}, asked for are {settings}")


def main():
    args = arguments()
    if args.early and not 0 < args.early < args.layers - 1:
        raise SystemExit(f"train: --early {args.early} of {args.layers} layers is not one behind which another follows: 1 to {args.layers - 2} are, 0 is none")
    args.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    tokens = vocabulary()
    ids = {token: index for index, token in enumerate(tokens)}
    sets = questions() | hop_questions(500, 11)
    seen = {"plain": [], "names": ["names"], "hops": list(HOPS)}[args.corpus]
    watched = encode({name: sets[name] for name in WATCHED + seen}, ids, args.device)
    settings = {name: getattr(args, name) for name in SHAPE + SCHEDULE}
    model = Llama(len(tokens), **{name: settings[name] for name in SHAPE}).to(args.device)
    optimizer = optimizer_of(model, args.decay)
    done, seconds, curve = 0, 0.0, []
    checkpoint = args.run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location="cpu")
        check_same_run(state, settings, checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        rng.bit_generator.state = state["texts"]
        torch.set_rng_state(state["dropout"])
        done, seconds, curve = state["step"], state["seconds"], state["curve"]
    elif args.start_from:
        model.load_state_dict(torch.load(args.start_from, map_location="cpu")["model"])
    print(f"{sum(weight.numel() for weight in model.parameters()):,} parameters on {args.device}, step {done}", flush=True)

    measure = torch.compile(losses) if args.compile else losses
    last = min(args.stop_at or args.steps, args.steps)
    begun = time.time() - seconds
    for step in range(done, last):
        rate = learning_rate(step, args)
        for group in optimizer.param_groups:
            group["lr"] = rate
        drawn = batch(rng, args.rows, ids, CORPORA[args.corpus])
        rows, texts, asks, learnt, following = (torch.from_numpy(array).to(args.device) for array in drawn)
        mask = masks_of(texts, asks, relayed_rows(args), args.layers, args.relay_layer, args.window)
        with torch.autocast(args.device, torch.bfloat16, enabled=args.bf16):
            loss, neurons, heads, constant = measure(model, rows, mask, learnt, following, dropped_heads(args), dropped_usual(args), args.early)
        optimizer.zero_grad()
        (loss + args.sparsity * neurons + args.head_sparsity * heads + args.constancy * constant).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if (step + 1) % args.save_every == 0 or step + 1 == last:
            shares = accuracy(model, watched)
            seconds = round(time.time() - begun, 1)
            curve.append({"step": step + 1, "loss": round(loss.item(), 4), "spread of neurons": round(neurons.item(), 4), "spread of heads": round(heads.item(), 4),
                          "constant share": round(constant.item(), 4), "rate": rate, "seconds": seconds, **shares})
            print(curve[-1], flush=True)
            save(args, {"settings": settings, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
                        "texts": rng.bit_generator.state, "dropout": torch.get_rng_state(),
                        "step": step + 1, "seconds": seconds, "curve": curve})


if __name__ == "__main__":
    main()

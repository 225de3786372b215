"""In how many prompts of a family each stage of the logic chain has evidence, by zero and by mean ablation.

    python stages.py ../public/models/abacus-2                       an exported folder
    python stages.py runs/names/checkpoint.pt --families names 2D+   a run, at whatever step it is
    python stages.py runs/names/checkpoint.pt --control shuffled     the same shape without what was learnt

The page's chain (docs/methods/logic-chain.md) with the page's thresholds, in float32, and beside its second stage the
one that counts what shallow attention brought to any position that the predicting head reads.
"""
import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from corpus import BOS, LANGUAGES, NUMBER_WORDS, vocabulary
from evaluate import hop_questions, load, questions
from model import NORM_EPS, Llama, rotate
from train import SHAPE

# The page's, of src/analysis/chain/thresholds.ts.
HEAD_EFFECT, PROMOTING_SHARE, NEURON_CHANGE = 0.5, 0.3, 0.05
TRANSFER_SHARE, SHALLOW_SHARE, ENHANCING_DROP = 0.05, 0.02, 0.02
COMPARED, CANDIDATES, PROMOTED, MAX_DEEP, MAX_READINGS, MAX_LAYERS = 10, 30, 10, 8, 6, 3

ABLATIONS = ["zero", "mean"]
STAGES = ["enhancing", "transferring", "predicting", "deepening"]


class Run:
    """One or more prompts of one length, and what every layer held: each [layer] of [rows, positions, …]."""

    def __init__(self, model, tokens):
        self.pre, self.mid, self.v, self.pattern, self.z, self.post = ([] for _ in range(6))
        self.final = forward(model, 0, model.embed_tokens(tokens), record=self)

    def row(self, index):
        """The run of one of its prompts, as a run of one row."""
        one = object.__new__(Run)
        for name, value in vars(self).items():
            cut = value[index : index + 1] if isinstance(value, torch.Tensor) else [each[index : index + 1] for each in value]
            setattr(one, name, cut)
        return one


def forward(model, first, x, change_z=None, change_post=None, change_attended=None, last=None, record=None):
    """x [rows, positions, width] through the layers from `first` to before `last` (left out: to the final norm).

    change_z, change_post, change_attended: {layer: what is done to the heads' outputs [rows, positions, heads, size], to the
    neurons' activations, to what attention adds}.
    """
    length = x.shape[1]
    rope, mask = (model.cos[:length], model.sin[:length]), model.mask[:length, :length]
    for index in range(first, len(model.layers) if last is None else last):
        layer = model.layers[index]
        attention = layer.self_attn
        normed = layer.input_layernorm(x)
        q, k, v = (project(normed).unflatten(-1, (attention.heads, -1)).transpose(1, 2)
                   for project in (attention.q_proj, attention.k_proj, attention.v_proj))
        scores = rotate(q, rope) @ rotate(k, rope).transpose(-1, -2) / math.sqrt(q.shape[-1])
        pattern = (scores + mask).softmax(-1)
        z = (pattern @ v).transpose(1, 2)
        if change_z and index in change_z:
            z = change_z[index](z)
        attended = attention.o_proj(z.flatten(2))
        if change_attended and index in change_attended:
            attended = change_attended[index](attended)
        mid = x + attended
        normed = layer.post_attention_layernorm(mid)
        post = F.silu(layer.mlp.gate_proj(normed)) * layer.mlp.up_proj(normed)
        if change_post and index in change_post:
            post = change_post[index](post)
        if record is not None:
            for kept, value in zip((record.pre, record.mid, record.v, record.pattern, record.z, record.post), (x, mid, v, pattern, z, post)):
                kept.append(value)
        x = mid + layer.mlp.down_proj(post)
    return x


def head_filled(head, fill):
    """A change of z: the head's output at every position is fill [positions, size]."""
    def change(z):
        z = z.clone()
        z[:, :, head] = fill
        return z
    return change


class StandIns:
    """What takes the place of a part that is off: 0, or its mean over the other prompts of a group, position by position."""

    def __init__(self, model, group, index, kind):
        def mean(values):
            return (values.sum(0) - values[index]) / (len(values) - 1) if kind == "mean" else torch.zeros_like(values[index])
        self.z, self.post = [mean(z) for z in group.z], [mean(post) for post in group.post]
        self.moved = [mean(moved(model, group, layer)) for layer in range(len(model.layers))]


def moved(model, run, layer):
    """What a layer's attention adds at each position from all others, [rows, positions, width]."""
    own = run.pattern[layer].diagonal(dim1=-2, dim2=-1)[..., None] * run.v[layer]
    return model.layers[layer].self_attn.o_proj((run.z[layer] - own.transpose(1, 2)).flatten(2))


def sweep(model, run, target, fills):
    """log p(target) with each head off by itself, [layers, heads]."""
    found = []
    for index, layer in enumerate(model.layers):
        heads = range(layer.self_attn.heads)

        def each(z, index=index, heads=heads):
            z = z.clone()
            for head in heads:
                z[head, :, head] = fills.z[index][:, head]
            return z

        x = run.pre[index].expand(len(heads), -1, -1)
        found.append(log_probability(model, forward(model, index, x, {index: each}), target))
    return torch.stack(found)


def log_probability(model, final, target):
    return model.lm_head(model.norm(final[:, -1])).log_softmax(-1)[:, target]


class Lens:
    """What every neuron's value vector does to the logits, and which tokens say the same."""

    def __init__(self, model, names):
        self.unembed = model.lm_head.weight * model.norm.weight
        self.directions = [(self.unembed @ layer.mlp.down_proj.weight).T for layer in model.layers]
        self.spoken = [numbers_of(name) for name in names]
        self.bare = [bare(name) for name in names]

    def says(self, token, target):
        return token == target or self.bare[token] == self.bare[target] or bool(self.spoken[token] & self.spoken[target])


ROMAN = NUMBER_WORDS["roman"][1:]


def bare(text):
    return text if text in ROMAN else text.lower()


def numbers_of(text):
    """The numbers that a token says: in figures, in the words 0 to 20 of five languages, or in Roman figures."""
    word = bare(text)
    if word.isascii() and word.isdigit() and len(word) <= 6:
        return {int(word)}
    found = {NUMBER_WORDS[language].index(word) for language in LANGUAGES if language != "roman" and word in NUMBER_WORDS[language]}
    return found | ({ROMAN.index(word) + 1} if word in ROMAN else set())


def increases(lens, run, target, scale):
    """log p(target) of residual + activation x value less that of the residual, of every neuron at the last position."""
    found = []
    for index, directions in enumerate(lens.directions):
        base = lens.unembed @ run.mid[index][0, -1] * scale
        raised = base + run.post[index][0, -1][:, None] * directions * scale
        found.append(raised.log_softmax(-1)[:, target] - base.log_softmax(-1)[target])
    return torch.stack(found)


def norm_scale(x):
    return torch.rsqrt(x.pow(2).mean(-1) + NORM_EPS)


def through(model, run, layer, weights, position, direction):
    """What a direction behind an attention layer reads at a position before it; weights [heads] are those of attention."""
    block = model.layers[layer]
    products = (block.self_attn.o_proj.weight.T @ direction).view(len(weights), -1) * weights[:, None]
    return norm_scale(run.pre[layer][0, position]) * block.input_layernorm.weight * (block.self_attn.v_proj.weight.T @ products.flatten())


def transfers(model, run, layer, at, direction):
    """[heads, positions]: what each head of a layer brings to the position `at` from each position, along a direction."""
    attention = model.layers[layer].self_attn
    products = (attention.o_proj.weight.T @ direction).view(attention.heads, -1)
    return run.pattern[layer][0, :, at] * (run.v[layer][0] @ products[:, :, None])[..., 0]


def written(model, run, below, position, direction):
    """⟨e, direction⟩ of the embedding, and of each attention and each FFN output below a layer, at a position."""
    embedding = run.pre[0][0, position] @ direction
    attention = [(run.mid[layer] - run.pre[layer])[0, position] @ direction for layer in range(below)]
    ffn = [model.layers[layer].mlp.down_proj(run.post[layer][0, position]) @ direction for layer in range(below)]
    return float(embedding), [float(value) for value in attention], [float(value) for value in ffn]


def strongest_neuron(model, run, below, position, direction):
    """The largest share of one FFN neuron, of the three layers that wrote most, in what is written at a position."""
    embedding, attention, ffn = written(model, run, below, position, direction)
    total = abs(embedding) + sum(map(abs, attention + ffn))
    if total == 0 or below == 0:
        return 0.0
    largest = 0.0
    for layer in sorted(range(below), key=lambda layer: -abs(ffn[layer]))[:MAX_LAYERS]:
        scores = run.post[layer][0, position] * (model.layers[layer].mlp.down_proj.weight.T @ direction)
        largest = max(largest, float(scores.abs().max()) / total)
    return largest


def reference_direction(model, run, layer, neuron):
    """The neuron's keys, each with the sign that its product with what the neuron reads has, added up: [width]."""
    block = model.layers[layer]
    keys = [block.post_attention_layernorm.weight * matrix.weight[neuron] for matrix in (block.mlp.up_proj, block.mlp.gate_proj)]
    return sum(key if float(run.mid[layer][0, -1] @ key) >= 0 else -key for key in keys)


def page_readings(model, run, head, direction):
    """[(via or None, position, claimed, direction that reads it)]: what the head reads, as the page splits it."""
    layer, number = head
    last = run.pre[0].shape[1] - 1
    direct = transfers(model, run, layer, last, direction)[number]
    weights = torch.zeros(model.layers[layer].self_attn.heads)

    def reads(position):
        of_head = weights.clone()
        of_head[number] = run.pattern[layer][0, number, last, position]
        return through(model, run, layer, of_head, position, direction)

    found = [(None, position, float(direct[position]), reads(position)) for position in range(last)]
    at_last = reads(last)
    embedding, _, ffn = written(model, run, layer, last, at_last)
    found.append((None, last, embedding + sum(ffn), at_last))
    for via in range(layer):
        brought = transfers(model, run, via, last, at_last).sum(0)
        found += [(via, position, float(brought[position]),
                   through(model, run, via, run.pattern[via][0, :, last, position], position, at_last)) for position in range(last + 1)]
    return found


def shallow_shares(model, run, head, direction):
    """(transferred share, shallow share) as the page's first two stages have them; None where there is nothing."""
    readings = page_readings(model, run, head, direction)
    total = sum(abs(claimed) for _, _, claimed, _ in readings)
    share = lambda reading: abs(reading[2]) / total if total else 0.0  # noqa: E731
    by_share = sorted(readings, key=share, reverse=True)
    brought = next((reading for reading in by_share if reading[0] is not None), None)
    large = [reading for reading in by_share if share(reading) >= TRANSFER_SHARE]
    shown = large[:MAX_READINGS]
    if brought is not None and any(brought is each for each in large) and not any(brought is each for each in shown):
        shown[-1] = brought
    features = [strongest_neuron(model, run, head[0] if via is None else via, position, reads) for via, position, _, reads in shown]
    return (None if brought is None else share(brought)), max(features, default=None)


def general_readings(model, run, head, direction):
    """What the head reads at each position, split into what stood there and what attention moved there.

    Returns {position p: (own, {(layer, q): moved from q})}. own: embedding, FFN outputs, and what attention took from p
    itself. All own and moved parts add up to the head's whole product with the direction.
    """
    layer, number = head
    last = run.pre[0].shape[1] - 1
    found = {}
    for position in range(last + 1):
        weights = torch.zeros(model.layers[layer].self_attn.heads)
        weights[number] = run.pattern[layer][0, number, last, position]
        reads = through(model, run, layer, weights, position, direction)
        embedding, _, ffn = written(model, run, layer, position, reads)
        own, brought = embedding + sum(ffn), {}
        for via in range(layer):
            by_source = transfers(model, run, via, position, reads).sum(0)
            own += float(by_source[position])
            brought |= {(via, source): float(by_source[source]) for source in range(position)}
        found[position] = (own, brought)
    return found


def moves_of(readings):
    """[(share, layer, source, position)] of every single move into any position, largest share first."""
    total = sum(abs(own) + sum(map(abs, brought.values())) for own, brought in readings.values())
    moves = [(abs(claimed) / max(total, 1e-30), layer, source, position)
             for position, (_, brought) in readings.items() for (layer, source), claimed in brought.items()]
    return sorted(moves, reverse=True)


def measured_move(model, run, head, direction, fills, layer, position):
    """How much of the head's product goes when what a layer's attention moved to a position is replaced.

    (C - C without) / (C - C of the head's stand-in), C = ⟨the head's output, direction⟩: everything between reacts, so that
    what the FFN at the position makes of the move counts with it. None where the head's stand-in says the same.
    """
    index, number = head
    products = (model.layers[index].self_attn.o_proj.weight.T @ direction).view(model.layers[index].self_attn.heads, -1)[number]
    replaced = (fills.moved[layer] - moved(model, run, layer)[0])[position]

    def change(attended):
        attended = attended.clone()
        attended[:, position] += replaced
        return attended

    record = object.__new__(Run)
    record.pre, record.mid, record.v, record.pattern, record.z, record.post = ([] for _ in range(6))
    forward(model, layer, run.pre[layer], change_attended={layer: change}, last=index + 1, record=record)
    whole, without, off = (float(z @ products) for z in (run.z[index][0, -1, number], record.z[-1][0, -1, number], fills.z[index][-1, number]))
    return (whole - without) / (whole - off) if abs(whole - off) > 1e-6 else None


def evidence(model, lens, run, fills):
    """One prompt's chain: the head, the values that the criteria compare, and which stages have evidence."""
    logits = model.lm_head(model.norm(run.final[:, -1]))[0]
    target, baseline = int(logits.argmax()), float(logits.log_softmax(-1).max())
    effects = baseline - sweep(model, run, target, fills)
    head = divmod(int(effects.argmax()), effects.shape[1])
    found = {"target": target, "head": f"L{head[0]}H{head[1]}", "effect": float(effects.max()), **dict.fromkeys(STAGES, False), "moved": False}
    if found["effect"] < HEAD_EFFECT:
        return found
    after = object.__new__(Run)
    after.pre, after.mid, after.v, after.pattern, after.z, after.post = ([each[index] for index in range(head[0])] for each in
                                                                        (run.pre, run.mid, run.v, run.pattern, run.z, run.post))
    after.final = forward(model, head[0], run.pre[head[0]], {head[0]: head_filled(head[1], fills.z[head[0]][:, head[1]])}, record=after)
    scale = norm_scale(run.final[0, -1])
    before, without = increases(lens, run, target, scale), increases(lens, after, target, scale)
    change = before - without
    change[: head[0]] = 0
    neurons = change.shape[1]
    order = [divmod(index, neurons) for index in change.flatten().argsort(descending=True, stable=True)[:CANDIDATES].tolist()]

    def promotes(layer, neuron):
        raised = (run.post[layer][0, -1, neuron] * lens.directions[layer][neuron]).topk(PROMOTED).indices.tolist()
        return any(lens.says(token, target) for token in raised)

    found["promoting"] = sum(promotes(*at) for at in order[:COMPARED]) / COMPARED
    deep = [at for at in order if at[0] >= head[0] and before[at] > 0 and change[at] >= NEURON_CHANGE
            and abs(run.post[at[0]][0, -1, at[1]]) > abs(after.post[at[0]][0, -1, at[1]])][:MAX_DEEP]
    found["deep"] = [f"L{layer}N{neuron}" for layer, neuron in deep]
    found["predicting"] = found["promoting"] >= PROMOTING_SHARE and bool(deep)
    if not found["predicting"]:
        return found
    root = min(deep, key=lambda at: at[0])
    found["drop"] = drop_without(model, run, deep, root, fills)
    found["deepening"] = len({layer for layer, _ in deep}) >= 2 and found["drop"] is not None and found["drop"] >= ENHANCING_DROP
    direction = reference_direction(model, run, *root)
    found["transferred share"], found["shallow share"] = shallow_shares(model, run, head, direction)
    if head[0] == 0:
        return found
    found["transferring"] = found["transferred share"] >= TRANSFER_SHARE
    found["enhancing"] = (found["shallow share"] or 0.0) >= SHALLOW_SHARE
    return found | moved_evidence(model, run, head, direction, fills)


def moved_evidence(model, run, head, direction, fills):
    """The largest move that also counts when it is replaced; without one, the largest of all, which is no evidence.

    What comes from the start token alone is the same in every prompt: it may have a share, and by the mean no effect.
    """
    moves = moves_of(general_readings(model, run, head, direction))
    large = [move for move in moves if move[0] >= TRANSFER_SHARE]
    measured = {place: measured_move(model, run, head, direction, fills, *place) for place in {(layer, position) for _, layer, _, position in large}}
    counted = [move for move in large if (measured[move[1], move[3]] or 0.0) >= TRANSFER_SHARE]
    share, layer, source, position = (counted or moves)[0]
    return {"moved": bool(counted), "moved share": share, "move": f"L{layer}A {source}>{position}", "moved measured": measured.get((layer, position))}


def drop_without(model, run, deep, root, fills):
    """Mean over the deep neurons of higher layers of 1 - activation without the root / activation."""
    layer, neuron = root

    def change(post):
        post = post.clone()
        post[:, :, neuron] = fills.post[layer][:, neuron]
        return post

    without = object.__new__(Run)
    without.pre, without.mid, without.v, without.pattern, without.z, without.post = ([] for _ in range(6))
    forward(model, layer, run.pre[layer], change_post={layer: change}, record=without)
    pairs = [(run.post[at[0]][0, -1, at[1]], without.post[at[0] - layer][0, -1, at[1]]) for at in deep if at[0] > layer]
    drops = [float(1 - off / on) for on, off in pairs if on != 0]
    return sum(drops) / len(drops) if drops else None


def families(cases, seed):
    """{family: [(prompt, answer)]}, drawn from the sets of evaluate.py and from the corpus."""
    rng = np.random.default_rng(seed)
    found = {name: [asked[index] for index in rng.permutation(len(asked))[:cases]] for name, asked in questions().items()}
    return found | hop_questions(cases, seed)


def table(model, ids, asked):
    """{family: its row}, and every case's evidence. A prompt that no other of its family has the length of has no mean: it is left out."""
    names = [name for name, _ in sorted(ids.items(), key=lambda item: item[1])]
    lens = Lens(model, names)
    rows, every = {}, {}
    for family, cases in asked.items():
        groups = {}
        for prompt, answer in cases:
            tokens = [BOS, *(ids[word] for word in prompt.split())]
            groups.setdefault(len(tokens), []).append((prompt, answer, tokens))
        every[family] = []
        for group in (group for group in groups.values() if len(group) > 1):
            together = Run(model, torch.tensor([tokens for _, _, tokens in group]))
            for index, (prompt, answer, _) in enumerate(group):
                run = together.row(index)
                by = {kind: evidence(model, lens, run, StandIns(model, together, index, kind)) for kind in ABLATIONS}
                every[family].append({"prompt": prompt, "right": names[by["zero"]["target"]] == answer, **by})
        rows[family] = summary(every[family])
    return rows, every


def summary(cases):
    """Shares of cases: right, each stage and all four under each ablation, and all four under both; general: by `moved`."""
    share = lambda holds: round(sum(map(bool, map(holds, cases))) / max(len(cases), 1), 3)  # noqa: E731
    four = lambda case, kind: all(case[kind][stage] for stage in STAGES)  # noqa: E731
    general = lambda case, kind: all(case[kind][stage] for stage in ("enhancing", "moved", "predicting", "deepening"))  # noqa: E731
    row = {"n": len(cases), "right": share(lambda case: case["right"])}
    for kind in ABLATIONS:
        row |= {f"{kind} {stage}": share(lambda case: case[kind][stage]) for stage in [*STAGES, "moved"]}
        row |= {f"{kind} four": share(lambda case: four(case, kind)), f"{kind} four, general": share(lambda case: general(case, kind))}
    row["both four"] = share(lambda case: all(four(case, kind) for kind in ABLATIONS))
    row["both four, general"] = share(lambda case: all(general(case, kind) for kind in ABLATIONS))
    return row


def opened(path):
    """The model of an exported folder or of a run's checkpoint, and its {token: id}."""
    if path.is_dir():
        return load(path)
    state, tokens = torch.load(path, map_location="cpu"), vocabulary()
    model = Llama(len(tokens), **{name: state["settings"][name] for name in SHAPE})
    model.load_state_dict(state["model"])
    return model.eval(), {token: index for index, token in enumerate(tokens)}


def control(model, kind, seed):
    """Takes what was learnt out of a model: every matrix shuffled within itself, or drawn anew with its own deviation."""
    generator = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        if kind == "shuffled":
            weight.data = weight.data.flatten()[torch.randperm(weight.numel(), generator=generator)].view(weight.shape)
        elif weight.dim() > 1:
            weight.data = torch.randn(weight.shape, generator=generator) * weight.data.std()
        else:
            weight.data = torch.ones_like(weight)


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="an exported folder, or the checkpoint.pt of a run")
    parser.add_argument("--families", nargs="+", default=["1D+", "1D-", "2D+", "2D-", "names"])
    parser.add_argument("--cases", type=int, default=60, help="prompts of each family")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--control", choices=["shuffled", "random"])
    parser.add_argument("--out", type=Path, help="write the table and every case here")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, ids = opened(args.model)
    if args.control:
        control(model, args.control, args.seed)
    asked = families(args.cases, args.seed)
    rows, every = table(model, ids, {name: asked[name] for name in args.families})
    for family, row in rows.items():
        print(f"{family} (n = {row['n']}): " + ", ".join(f"{name} {value:.0%}" for name, value in row.items() if name != "n"))
    if args.out:
        args.out.write_text(json.dumps({"table": rows, "cases": every}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

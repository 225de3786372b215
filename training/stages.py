"""In how many prompts of a family each stage of the logic chain has evidence, by zero and by mean ablation.

    python stages.py ../public/models/abacus-2                       an exported folder
    python stages.py runs/names/checkpoint.pt --families names 2D+   a run, at whatever step it is
    python stages.py runs/names/checkpoint.pt --control shuffled     the same shape without what was learnt

The page's chain (docs/methods/logic-chain.md) with the page's thresholds, in float32.
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
COMPARED, CANDIDATES, PROMOTED, MAX_DEEP, MAX_SHALLOW, MAX_READINGS, MAX_NEURONS, MAX_LAYERS = 10, 30, 10, 8, 8, 6, 3, 3

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


def forward(model, first, x, change_z=None, change_post=None, last=None, record=None):
    """x [rows, positions, width] through the layers from `first` to before `last` (left out: to the final norm).

    change_z, change_post: {layer: what is done to the heads' outputs [rows, positions, heads, size], to the neurons' activations}.
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


class Replacements:
    """What takes the place of a part that is off: 0, or its mean over the other prompts of a group, position by position."""

    def __init__(self, model, group, index, kind):
        def mean(values):
            return (values.sum(0) - values[index]) / (len(values) - 1) if kind == "mean" else torch.zeros_like(values[index])
        self.z, self.post = [mean(z) for z in group.z], [mean(post) for post in group.post]


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


def strongest_neurons(model, run, below, position, direction):
    """[(share of what is written at a position, layer, neuron)] of the largest FFN neurons in the three layers that wrote most."""
    embedding, attention, ffn = written(model, run, below, position, direction)
    total = abs(embedding) + sum(map(abs, attention + ffn))
    found = []
    for layer in sorted(range(below), key=lambda layer: -abs(ffn[layer]))[:MAX_LAYERS]:
        scores = (run.post[layer][0, position] * (model.layers[layer].mlp.down_proj.weight.T @ direction)).abs()
        top = scores.topk(MAX_NEURONS)
        found += [(float(score) / total if total else 0.0, layer, int(neuron)) for score, neuron in zip(top.values, top.indices)]
    return sorted(found, key=lambda each: -each[0])[:MAX_NEURONS]


def reference_direction(model, run, layer, neuron):
    """The neuron's keys, each with the sign that its product with what the neuron reads has, added up: [width]."""
    block = model.layers[layer]
    keys = [block.post_attention_layernorm.weight * matrix.weight[neuron] for matrix in (block.mlp.up_proj, block.mlp.gate_proj)]
    return sum(key if float(run.mid[layer][0, -1] @ key) >= 0 else -key for key in keys)


def readings_of(model, run, head, direction):
    """[(via or None, source position, position that the head reads, claimed, direction that reads the source)].

    At each position that is split: what stands there by itself (the embedding, FFN outputs, and what attention took from the
    position, which moves nothing), and what each layer below moved there from each earlier one. Split are the last position and
    the largest earlier ones; the others count whole. All add up to the head's whole product with the direction.
    """
    layer, number = head
    last = run.pre[0].shape[1] - 1
    whole = [float(value) for value in transfers(model, run, layer, last, direction)[number]]
    size = sum(map(abs, whole))
    earlier = [at for at in range(last) if abs(whole[at]) >= TRANSFER_SHARE * size]
    split = sorted(earlier, key=lambda at: -abs(whole[at]))[:MAX_READINGS] + [last]
    found = []
    for at in range(last + 1):
        weights = torch.zeros(model.layers[layer].self_attn.heads)
        weights[number] = run.pattern[layer][0, number, last, at]
        reads = through(model, run, layer, weights, at, direction)
        if at not in split:
            found.append((None, at, at, whole[at], reads))
            continue
        embedding, _, ffn = written(model, run, layer, at, reads)
        own, brought = embedding + sum(ffn), []
        for via in range(layer):
            by_source = transfers(model, run, via, at, reads).sum(0)
            own += float(by_source[at])
            brought += [(via, source, at, float(by_source[source]), through(model, run, via, run.pattern[via][0, :, at, source], source, reads))
                        for source in range(at)]
        found += [(None, at, at, own, reads), *brought]
    return found


def read_parts(model, run, head, direction, fills):
    """(the second stage's numbers, the readings that are shown): shares, and what the largest move is when it is measured."""
    readings = readings_of(model, run, head, direction)
    total = sum(abs(claimed) for _, _, _, claimed, _ in readings)
    share = lambda reading: abs(reading[3]) / total if total else 0.0  # noqa: E731
    by_share = sorted(readings, key=share, reverse=True)
    large = [reading for reading in by_share if share(reading) >= TRANSFER_SHARE]
    moves = [reading for reading in large if reading[0] is not None]
    measured = {(via, at): measured_move(model, run, head, direction, fills, via, at) for via, at in {(via, at) for via, _, at, _, _ in moves}}
    worth = lambda reading: measured.get((reading[0], reading[2]))  # noqa: E731
    counted = next((reading for reading in moves if (worth(reading) or 0.0) >= TRANSFER_SHARE), None)
    brought = counted or next((reading for reading in by_share if reading[0] is not None), None)
    shown = large[:MAX_READINGS]
    if any(brought is each for each in large) and not any(brought is each for each in shown):
        shown[-1] = brought
    found = {"transferred share": None if brought is None else share(brought), "transferred measured": brought and worth(brought)}
    if brought is not None:
        found["move"] = f"L{brought[0]}A {brought[1]}>{brought[2]}"
    return found, shown


def shallow_neurons(model, run, head, shown):
    """(the largest share of one neuron, the neurons that are shown) of what is read."""
    neurons, largest = [], None
    for via, position, _, _, reads in shown:
        found = strongest_neurons(model, run, head[0] if via is None else via, position, reads)
        largest = max([largest or 0.0, *(each[0] for each in found)]) if found else largest
        neurons += [each for each in found if each[0] >= SHALLOW_SHARE]
    return largest, [(layer, neuron) for _, layer, neuron in sorted(neurons, key=lambda each: -each[0])[:MAX_SHALLOW]]


def measured_move(model, run, head, direction, fills, layer, position):
    """How much of the head's product goes when a layer's attention is replaced at a position.

    (C - C without) / (C - C of the head's own replacement), C = ⟨the head's output, direction⟩: everything between reacts, so that
    what the FFN at the position makes of the move counts with it. None where the head's replacement says the same.
    """
    index, number = head
    products = (model.layers[index].self_attn.o_proj.weight.T @ direction).view(model.layers[index].self_attn.heads, -1)[number]

    def change(z):
        z = z.clone()
        z[:, position] = fills.z[layer][position]
        return z

    record = blank()
    forward(model, layer, run.pre[layer], {layer: change}, last=index + 1, record=record)
    whole, without, off = (float(z @ products) for z in (run.z[index][0, -1, number], record.z[-1][0, -1, number], fills.z[index][-1, number]))
    return (whole - without) / (whole - off) if abs(whole - off) > 1e-6 else None


def blank():
    """A run with nothing recorded yet."""
    record = object.__new__(Run)
    record.pre, record.mid, record.v, record.pattern, record.z, record.post = ([] for _ in range(6))
    return record


def effect_without(model, run, fills, target, heads=(), neurons=()):
    """How much log p(target) falls with parts off at every position; None without parts."""
    if not heads and not neurons:
        return None
    first = min(layer for layer, _ in [*heads, *neurons])

    def replaced(parts, values):
        def change(x):
            x = x.clone()
            x[:, :, parts] = values[:, parts]
            return x
        return change

    by_layer = lambda parts: {layer: [part for at, part in parts if at == layer] for layer in {at for at, _ in parts}}  # noqa: E731
    change_z = {layer: replaced(parts, fills.z[layer]) for layer, parts in by_layer(heads).items()}
    change_post = {layer: replaced(parts, fills.post[layer]) for layer, parts in by_layer(neurons).items()}
    final = forward(model, first, run.pre[first], change_z, change_post)
    return float(log_probability(model, run.final, target) - log_probability(model, final, target))


def evidence(model, lens, run, fills):
    """One prompt's chain: the head, the values that the criteria compare, and which stages have evidence."""
    logits = model.lm_head(model.norm(run.final[:, -1]))[0]
    target, baseline = int(logits.argmax()), float(logits.log_softmax(-1).max())
    effects = baseline - sweep(model, run, target, fills)
    head = divmod(int(effects.argmax()), effects.shape[1])
    found = {"target": target, "head": f"L{head[0]}H{head[1]}", "effect": float(effects.max()), **dict.fromkeys(STAGES, False)}
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
    supports = lambda **parts: (effect_without(model, run, fills, target, **parts) or 0.0) >= NEURON_CHANGE  # noqa: E731
    found["deepening"] = (len({layer for layer, _ in deep}) >= 2 and found["drop"] is not None and found["drop"] >= ENHANCING_DROP
                          and supports(neurons=[root]))
    direction = reference_direction(model, run, *root)
    transferred, shown = read_parts(model, run, head, direction, fills)
    found |= transferred
    carriers = {via for via, _, _, _, _ in shown if via is not None}
    heads = [(layer, each) for layer in carriers for each in range(effects.shape[1])]
    found["transferring"] = all((found[name] or 0.0) >= TRANSFER_SHARE for name in ("transferred share", "transferred measured")) and supports(heads=heads)
    if not found["transferring"]:
        shown = [reading for reading in shown if reading[0] is None]
    found["shallow share"], features = shallow_neurons(model, run, head, shown)
    found["enhancing"] = head[0] > 0 and (found["shallow share"] or 0.0) >= SHALLOW_SHARE and supports(neurons=features)
    return found


def drop_without(model, run, deep, root, fills):
    """Mean over the deep neurons of higher layers of 1 - activation without the root / activation."""
    layer, neuron = root

    def change(post):
        post = post.clone()
        post[:, :, neuron] = fills.post[layer][:, neuron]
        return post

    without = blank()
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
                by = {kind: evidence(model, lens, run, Replacements(model, together, index, kind)) for kind in ABLATIONS}
                every[family].append({"prompt": prompt, "right": names[by["zero"]["target"]] == answer, **by})
        rows[family] = summary(every[family])
    return rows, every


def summary(cases):
    """Shares of cases: right, each stage and all four under each ablation, and all four under both."""
    share = lambda holds: round(sum(map(bool, map(holds, cases))) / max(len(cases), 1), 3)  # noqa: E731
    four = lambda case, kind: all(case[kind][stage] for stage in STAGES)  # noqa: E731
    row = {"n": len(cases), "right": share(lambda case: case["right"])}
    for kind in ABLATIONS:
        row |= {f"{kind} {stage}": share(lambda case: case[kind][stage]) for stage in STAGES}
        row[f"{kind} four"] = share(lambda case: four(case, kind))
    row["both four"] = share(lambda case: all(four(case, kind) for kind in ABLATIONS))
    return row


NAMES = dict(zip(STAGES, ["feature-enhancing", "feature-transferring", "feature-predicting", "prediction-enhancing"]))
MEASURES = {"promoting": "promoting", "drop": "drop", "transferred share": "transferredShare", "transferred measured": "transferredMeasured", "shallow share": "shallowShare"}


def verdict(found):
    """One case under one ablation: the head, its effect, the stages that have evidence, and the values that were compared."""
    values = {key: round(found[name], 6) for name, key in MEASURES.items() if found.get(name) is not None}
    return {"head": found["head"], "effect": round(found["effect"], 6), "stages": [NAMES[stage] for stage in STAGES if found[stage]], **values}


def opened(path):
    """The model of an exported folder or of a run's checkpoint, and its {token: id}."""
    if path.is_dir():
        return load(path)
    state, tokens = torch.load(path, map_location="cpu"), vocabulary()
    model = Llama(len(tokens), **{name: state["settings"][name] for name in SHAPE if name in state["settings"]})
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
    parser.add_argument("--golden", type=Path, help="write each case's verdict here, as the engine's tests read it")
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
    if args.golden:
        golden = {family: [{"prompt": case["prompt"], **{kind: verdict(case[kind]) for kind in ABLATIONS}} for case in cases] for family, cases in every.items()}
        args.golden.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if args.out:
        args.out.write_text(json.dumps({"table": rows, "cases": every}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Comparative neuron analysis over the one-digit problems: what the few neurons that lose most carry, and what they say.

The method of arXiv 2409.14144. At the last position, with the original run's root mean square r of the last residual
kept for every projection, the logits of a vector v are U (v / r * norm). A neuron's importance in a layer is
log p(answer) of (residual + activation * value) less that of the residual alone; its comparison score is the importance
in the original run less that in the run without a head.
"""
import torch

from corpus import LANGUAGES, NUMBER_WORDS
from model import NORM_EPS

TOP = (10, 50)


class Recorder:
    """Each layer's residual (what enters its feed-forward norm) and activations at the last position of a run."""

    def __init__(self, model):
        self.model, self.residuals, self.activations = model, [], []

    def __enter__(self):
        self.hooks = []
        for layer in self.model.layers:
            self.hooks += [
                layer.post_attention_layernorm.register_forward_pre_hook(
                    lambda _, inputs: self.residuals.append(inputs[0][:, -1])),
                layer.mlp.down_proj.register_forward_pre_hook(
                    lambda _, inputs: self.activations.append(inputs[0][:, -1])),
            ]
        self.hooks.append(self.model.norm.register_forward_pre_hook(
            lambda _, inputs: setattr(self, "last", inputs[0][:, -1])))
        return self

    def __exit__(self, *_):
        for hook in self.hooks:
            hook.remove()


def scores(model, tokens, answer, keep):
    """(comparison score, activation), both [layers, neurons], of one prompt; keep ablates the head."""
    with Recorder(model) as clean:
        model(tokens)
    with Recorder(model) as ablated:
        model(tokens, keep)
    scale = torch.rsqrt(clean.last[0].pow(2).mean() + NORM_EPS) * model.norm.weight
    unembed = model.lm_head.weight * scale
    found = []
    for index, layer in enumerate(model.layers):
        directions = (unembed @ layer.mlp.down_proj.weight).T
        lost = 0
        for run, sign in ((clean, 1), (ablated, -1)):
            base = unembed @ run.residuals[index][0]
            with_neuron = base + run.activations[index][0][:, None] * directions
            lost = lost + sign * (with_neuron.log_softmax(-1)[:, answer] - base.log_softmax(-1)[answer])
        found.append(lost)
    return torch.stack(found), torch.stack([active[0] for active in clean.activations])


def without(model, tokens, masks):
    """The most probable next token of each row, with its neurons multiplied by masks [rows, layers, neurons]."""
    hooks = [layer.mlp.down_proj.register_forward_pre_hook(
        lambda _, inputs, index=index: (inputs[0] * masks[:, index, None],)) for index, layer in enumerate(model.layers)]
    answers = model(tokens)[:, -1].argmax(-1)
    for hook in hooks:
        hook.remove()
    return answers


def writings(answer):
    """The tokens that write a number of 0 to 20: digits and the six number words."""
    return {str(answer), *(NUMBER_WORDS[language][answer] for language in LANGUAGES)}


def forms_promoted(model, where, activation, answer, tokens):
    """How many writings of the answer are among the ten tokens that the neuron's contribution raises most."""
    layer, neuron = where
    value = model.layers[layer].mlp.down_proj.weight[:, neuron] * activation
    raised = (model.lm_head.weight @ (value * model.norm.weight)).topk(10).indices.tolist()
    return len(writings(answer) & {tokens[index] for index in raised})


def random_others(chosen, layers, neurons, generator):
    """As many neurons of each layer as chosen has there, none of them chosen."""
    found, taken = [], set(chosen.tolist())
    for layer, many in zip(*(chosen // neurons).unique(return_counts=True)):
        others = torch.tensor([n for n in range(layer * neurons, (layer + 1) * neurons) if n not in taken])
        found.append(others[torch.randperm(len(others), generator=generator)[:many]])
    return torch.cat(found)


def share(count, of):
    return round(count / max(of, 1), 3)


@torch.no_grad()
def comparison(model, cases, head, ids):
    """What the top neurons of every case that the model has right carry, the head (layer, head) being the one compared.

    cases: [(tokens [cases, length], answers)] of answers up to 20. Broken: the share of cases whose answer is lost
    without the top 10 or 50, without the top 10 of its own (those left out that are among the top 10 of more than half
    of the cases: they serve every answer alike), and without as many others drawn from the same layers.
    """
    layers, neurons = len(model.layers), model.layers[0].mlp.down_proj.in_features
    keep = torch.ones(layers, 1, model.layers[0].self_attn.heads)
    keep[head[0], 0, head[1]] = 0
    names = {index: token for token, index in ids.items()}
    generator = torch.Generator().manual_seed(7)
    ranked = []
    for prompts, answers in cases:
        known = model(prompts)[:, -1].argmax(-1) == answers
        for tokens, answer in zip(prompts[known], answers[known]):
            lost, active = scores(model, tokens[None], answer, keep)
            ranked.append((tokens, answer, lost.flatten().argsort(descending=True), active.flatten()))
    none = torch.empty(0, dtype=torch.long)
    listed = torch.cat([none, *(order[:10] for _, _, order, _ in ranked)]).bincount(minlength=layers * neurons)
    is_general = listed > len(ranked) / 2
    sets = {f"top {k}": lambda order, k=k: order[:k] for k in TOP} | {"own top 10": lambda order: order[~is_general[order]][:10]}
    broken, forms = {name: [0, 0] for name in sets}, []
    for tokens, answer, order, active in ranked:
        masks = torch.ones(2 * len(sets), layers * neurons)
        for row, choose in enumerate(sets.values()):
            masks[2 * row, choose(order)] = 0
            masks[2 * row + 1, random_others(choose(order), layers, neurons, generator)] = 0
        found = without(model, tokens[None].expand(len(masks), -1), masks.view(-1, layers, neurons))
        for row, counts in enumerate(broken.values()):
            for which in (0, 1):
                counts[which] += int(found[2 * row + which] != answer)
        if int(names[int(answer)]) <= 20:
            forms += [forms_promoted(model, divmod(n, neurons), active[n], int(names[int(answer)]), names)
                      for n in order[:10].tolist()]
    right = len(ranked)
    return {
        "right": right, "in most lists": int(is_general.sum()),
        **{f"broken without {name}": share(counts[0], right) for name, counts in broken.items()},
        **{f"broken without as many random as {name}": share(counts[1], right) for name, counts in broken.items()},
        "top 10 that promote the answer": share(sum(n >= 1 for n in forms), len(forms)),
        "top 10 that promote two or more of its forms": share(sum(n >= 2 for n in forms), len(forms)),
    }

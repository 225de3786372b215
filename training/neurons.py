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


@torch.no_grad()
def comparison(model, cases, head, ids):
    """What the top neurons of every case that the model has right carry, the head (layer, head) being the one compared.

    cases: [(tokens [cases, length], answers)] of answers up to 20. Broken: the share of cases whose answer is lost
    without the top 10 or 50, and without as many others drawn from the same layers.
    """
    layers, neurons = len(model.layers), model.layers[0].mlp.down_proj.in_features
    keep = torch.ones(layers, 1, model.layers[0].self_attn.heads)
    keep[head[0], 0, head[1]] = 0
    names = {index: token for token, index in ids.items()}
    generator = torch.Generator().manual_seed(7)
    right, broken, forms = 0, {f"{kind} {k}": 0 for k in TOP for kind in ("top", "random")}, []
    for prompts, answers in cases:
        known = model(prompts)[:, -1].argmax(-1) == answers
        right += int(known.sum())
        for tokens, answer in zip(prompts[known], answers[known]):
            lost, active = scores(model, tokens[None], answer, keep)
            order = lost.flatten().argsort(descending=True)
            masks = torch.ones(2 * len(TOP), layers * neurons)
            for row, k in enumerate(TOP):
                top = order[:k]
                masks[2 * row, top] = 0
                for layer, many in zip(*(top // neurons).unique(return_counts=True)):
                    others = torch.tensor([n for n in range(layer * neurons, (layer + 1) * neurons) if masks[2 * row, n]])
                    masks[2 * row + 1, others[torch.randperm(len(others), generator=generator)[:many]]] = 0
            found = without(model, tokens[None].expand(len(masks), -1), masks.view(-1, layers, neurons))
            for name, token in zip(broken, found):
                broken[name] += int(token != answer)
            if int(names[int(answer)]) <= 20:
                forms += [forms_promoted(model, divmod(n, neurons), active.flatten()[n], int(names[int(answer)]), names)
                          for n in order[:10].tolist()]
    return {
        "right": right,
        **{f"broken without {name}": round(many / max(right, 1), 3) for name, many in broken.items()},
        "top 10 that promote the answer": round(sum(n >= 1 for n in forms) / max(len(forms), 1), 3),
        "top 10 that promote two or more of its forms": round(sum(n >= 2 for n in forms) / max(len(forms), 1), 3),
    }

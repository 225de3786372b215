"""What Hugging Face transformers makes of the random checkpoints of every family.

    node scripts/golden/write-checkpoints.ts FOLDER
    python scripts/golden/families.py FOLDER/families > test/golden/families.json

The models run in float64 with eager attention. Transformers keeps its rotations, RMSNorms and most softmaxes in float32
all the same, so that the numbers are good to about 1e-5; only gpt2 has none of these and is good to 1e-12.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM

IDS = [1, 20, 96, 3, 20, 51, 7]
LISTED = 10


def part(module, *names):
    return next(getattr(module, name) for name in names if hasattr(module, name))


class Run:
    """The parts of one forward pass, by hooks, with some heads' slices of the output projection's input at 0."""

    def __init__(self, model, ids, off=()):
        base = getattr(model, model.base_model_prefix)
        base = getattr(base, "decoder", base)
        self.layers = part(base, "layers", "h")
        self.norm = part(base, "norm", "ln_f", "final_layer_norm")
        self.heads = model.config.num_attention_heads
        self.factor = getattr(model.config, "residual_multiplier", 1)
        self.input, self.attention, self.activation, self.projected, self.ffn = {}, {}, {}, {}, {}
        handles = []
        for index, layer in enumerate(self.layers):
            out, down = self.projections(layer)
            behind_attention, behind_ffn = self.behind(layer)
            handles += [
                layer.register_forward_pre_hook(self.keep(self.input, index, lambda x, _: x[0])),
                out.register_forward_pre_hook(self.without([head for at, head in off if at == index])),
                (behind_attention or out).register_forward_hook(self.keep(self.attention, index, lambda _, y: y)),
                down.register_forward_hook(self.keep(self.activation, index, lambda x, _: x[0])),
                down.register_forward_hook(self.keep(self.projected, index, lambda _, y: y)),
                (behind_ffn or down).register_forward_hook(self.keep(self.ffn, index, lambda _, y: y)),
            ]
        handles.append(self.norm.register_forward_pre_hook(self.keep(self.__dict__, "final", lambda x, _: x[0])))
        with torch.no_grad():
            self.logits = model(torch.tensor([ids], device=model.device)).logits[0, -1]
        for handle in handles:
            handle.remove()

    @staticmethod
    def projections(layer):
        attention = part(layer, "self_attn", "attn", "attention")
        return part(attention, "o_proj", "c_proj", "dense", "out_proj"), part(
            getattr(layer, "mlp", layer), "down_proj", "c_proj", "dense_4h_to_h", "fc_out", "fc2"
        )

    @staticmethod
    def keep(where, key, pick):
        def hook(_module, inputs, output=None):
            # OPT's FFN works on the positions of all prompts one after the other
            where[key] = pick(inputs, output).flatten(0, -2)[-1]

        return hook

    def without(self, heads):
        def hook(_module, inputs):
            z = inputs[0].clone().unflatten(-1, (self.heads, -1))
            z[..., heads, :] = 0
            return (z.flatten(-2),)

        return hook

    @staticmethod
    def behind(layer):
        """The norms behind attention and FFN, where there are any."""
        behind_ffn = getattr(layer, "post_feedforward_layernorm", None)
        return (layer.post_attention_layernorm, behind_ffn) if behind_ffn is not None else (None, None)

    def added(self, outputs, layer):
        """What a part's output adds to the residual."""
        return self.factor * outputs[layer]

    def middle(self, layer):
        return self.input[layer] + self.added(self.attention, layer)

    def values(self, layer):
        """What each neuron adds to the residual: a norm behind the FFN is at the scale of the whole output."""
        _, down = self.projections(self.layers[layer])
        weight = down.weight if isinstance(down, transformers.pytorch_utils.Conv1D) else down.weight.T
        each = self.factor * self.activation[layer][:, None] * weight
        _, norm = self.behind(self.layers[layer])
        if norm is None:
            return each
        return each * (self.projected[layer].pow(2).mean() + epsilon_of(norm)).rsqrt() * gain_of(norm)


def epsilon_of(norm):
    return next(getattr(norm, name) for name in ("variance_epsilon", "eps") if hasattr(norm, name))


def gain_of(norm):
    """Gemma keeps a gain's difference from 1."""
    return 1 + norm.weight if type(norm).__name__.startswith("Gemma") else norm.weight


class Lens:
    """The unembedding of the final norm whose scale is that of one run's last position, biases included."""

    def __init__(self, model, run):
        self.head = model.get_output_embeddings()
        self.norm = run.norm
        self.centred = isinstance(self.norm, torch.nn.LayerNorm)
        self.scale = (self.centre(run.final).pow(2).mean() + epsilon_of(self.norm)).rsqrt()
        self.divisor = getattr(model.config, "logits_scaling", 1)
        self.cap = getattr(model.config, "final_logit_softcapping", None)

    def centre(self, vectors):
        return vectors - vectors.mean(-1, keepdim=True) if self.centred else vectors

    def log_probability(self, vectors, target):
        normed = self.centre(vectors) * self.scale * gain_of(self.norm)
        if self.centred:
            normed = normed + self.norm.bias
        logits = self.head(normed) / self.divisor
        if self.cap:
            logits = self.cap * torch.tanh(logits / self.cap)
        return torch.log_softmax(logits, -1)[..., target]


def neuron_increases(lens, run, target):
    rows = []
    for index in range(len(run.layers)):
        base = run.middle(index)
        with_each = base + run.values(index)
        rows.append(lens.log_probability(with_each, target) - lens.log_probability(base, target))
    return torch.stack(rows)


def largest(table, count):
    order = table.flatten().argsort(descending=True)[:count].tolist()
    return [divmod(at, table.shape[1]) for at in order]


def opened(folder):
    """In float64, on the graphics processor where there is one that torch knows."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64)
    return model.eval().to(device)


def measured(model, ids, listed=LISTED):
    """Everything that a golden file says of one prompt; as many neurons are listed as are asked for."""
    clean = Run(model, ids)
    target = clean.logits.argmax().item()
    lens = Lens(model, clean)
    layers = range(len(clean.layers))

    def increase(base, vector):
        return (lens.log_probability(base + vector, target) - lens.log_probability(base, target)).item()

    def sweep(layer, head):
        return torch.log_softmax(Run(model, ids, [(layer, head)]).logits, -1)[target].item()

    head_sweep = [[sweep(layer, head) for head in range(clean.heads)] for layer in layers]
    worst = min(((value, layer, head) for layer, row in enumerate(head_sweep) for head, value in enumerate(row)))[1:]
    changed = Run(model, ids, [worst])
    before, after = neuron_increases(lens, clean, target), neuron_increases(lens, changed, target)
    return {
        "ids": ids,
        "target": target,
        "logits": clean.logits.tolist(),
        "head_logprob_after_ablation": head_sweep,
        "layer_increase": {
            "attn": [increase(clean.input[layer], clean.added(clean.attention, layer)) for layer in layers],
            "ffn": [increase(clean.middle(layer), clean.added(clean.ffn, layer)) for layer in layers],
        },
        "neuron_increase_top": [[*at, before[at].item()] for at in largest(before, listed)],
        "most_important_head": list(worst),
        "cna_top": [
            {
                "layer": layer,
                "neuron": neuron,
                "before": before[layer, neuron].item(),
                "after": after[layer, neuron].item(),
                "coef_before": clean.activation[layer][neuron].item(),
                "coef_after": changed.activation[layer][neuron].item(),
            }
            for layer, neuron in largest(before - after, listed)
        ],
    }


def variant(folder):
    return {"name": (folder / "variant.txt").read_text(), **measured(opened(folder), IDS)}


def write(cases, script, **libraries):
    """Prints the golden file: where it comes from, then a case a line."""
    provenance = {
        "script": script,
        **libraries,
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "dtype": "float64; rotations, RMSNorms and most softmaxes are float32 inside transformers",
    }
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    print(f'{{"provenance": {json.dumps(provenance)},\n"cases": [\n{lines}\n]}}')


def main():
    torch.set_default_dtype(torch.float64)
    with torch.no_grad():
        cases = [variant(folder) for folder in sorted(Path(sys.argv[1]).iterdir())]
    write(cases, "scripts/golden/families.py on the checkpoints of scripts/golden/write-checkpoints.ts")


if __name__ == "__main__":
    main()

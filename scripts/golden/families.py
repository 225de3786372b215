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

    def __init__(self, model, off=()):
        base = getattr(model, model.base_model_prefix)
        self.layers = part(base, "layers", "h")
        self.norm = part(base, "norm", "ln_f", "final_layer_norm")
        self.heads = model.config.num_attention_heads
        self.input, self.attention, self.activation, self.ffn = {}, {}, {}, {}
        handles = []
        for index, layer in enumerate(self.layers):
            out, down = self.projections(layer)
            handles += [
                layer.register_forward_pre_hook(self.keep(self.input, index, lambda x, _: x[0])),
                out.register_forward_pre_hook(self.without([head for at, head in off if at == index])),
                out.register_forward_hook(self.keep(self.attention, index, lambda _, y: y)),
                down.register_forward_hook(self.keep(self.activation, index, lambda x, _: x[0])),
                down.register_forward_hook(self.keep(self.ffn, index, lambda _, y: y)),
            ]
        handles.append(self.norm.register_forward_pre_hook(self.keep(self.__dict__, "final", lambda x, _: x[0])))
        with torch.no_grad():
            self.logits = model(torch.tensor([IDS])).logits[0, -1]
        for handle in handles:
            handle.remove()

    @staticmethod
    def projections(layer):
        attention = part(layer, "self_attn", "attn", "attention")
        return part(attention, "o_proj", "c_proj", "dense", "out_proj"), part(
            layer.mlp, "down_proj", "c_proj", "dense_4h_to_h", "fc_out"
        )

    @staticmethod
    def keep(where, key, pick):
        def hook(_module, inputs, output=None):
            where[key] = pick(inputs, output)[0, -1]

        return hook

    def without(self, heads):
        def hook(_module, inputs):
            z = inputs[0].clone().unflatten(-1, (self.heads, -1))
            z[..., heads, :] = 0
            return (z.flatten(-2),)

        return hook

    def middle(self, layer):
        return self.input[layer] + self.attention[layer]


class Lens:
    """The unembedding of the final norm whose scale is that of one run's last position, biases included."""

    def __init__(self, model, run):
        self.head = model.get_output_embeddings()
        self.norm = run.norm
        self.centred = isinstance(self.norm, torch.nn.LayerNorm)
        epsilon = self.norm.eps if self.centred else self.norm.variance_epsilon
        self.scale = (self.centre(run.final).pow(2).mean() + epsilon).rsqrt()

    def centre(self, vectors):
        return vectors - vectors.mean(-1, keepdim=True) if self.centred else vectors

    def log_probability(self, vectors, target):
        normed = self.centre(vectors) * self.scale * self.norm.weight
        if self.centred:
            normed = normed + self.norm.bias
        return torch.log_softmax(self.head(normed), -1)[..., target]


def neuron_increases(lens, run, target):
    rows = []
    for index, layer in enumerate(run.layers):
        _, down = run.projections(layer)
        is_conv1d = isinstance(down, transformers.pytorch_utils.Conv1D)
        values = down.weight if is_conv1d else down.weight.T
        base = run.middle(index)
        with_each = base + run.activation[index][:, None] * values
        rows.append(lens.log_probability(with_each, target) - lens.log_probability(base, target))
    return torch.stack(rows)


def largest(table, count):
    order = table.flatten().argsort(descending=True)[:count].tolist()
    return [divmod(at, table.shape[1]) for at in order]


def variant(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64).eval()
    clean = Run(model)
    target = clean.logits.argmax().item()
    lens = Lens(model, clean)
    layers = range(len(clean.layers))

    def increase(base, vector):
        return (lens.log_probability(base + vector, target) - lens.log_probability(base, target)).item()

    def sweep(layer, head):
        return torch.log_softmax(Run(model, [(layer, head)]).logits, -1)[target].item()

    head_sweep = [[sweep(layer, head) for head in range(clean.heads)] for layer in layers]
    worst = min(((value, layer, head) for layer, row in enumerate(head_sweep) for head, value in enumerate(row)))[1:]
    changed = Run(model, [worst])
    before, after = neuron_increases(lens, clean, target), neuron_increases(lens, changed, target)
    return {
        "name": (folder / "variant.txt").read_text(),
        "ids": IDS,
        "target": target,
        "logits": clean.logits.tolist(),
        "head_logprob_after_ablation": head_sweep,
        "layer_increase": {
            "attn": [increase(clean.input[layer], clean.attention[layer]) for layer in layers],
            "ffn": [increase(clean.middle(layer), clean.ffn[layer]) for layer in layers],
        },
        "neuron_increase_top": [[*at, before[at].item()] for at in largest(before, LISTED)],
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
            for layer, neuron in largest(before - after, LISTED)
        ],
    }


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

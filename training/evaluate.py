"""Accuracy per operation and form, what each head's ablation leaves of it, and the pronoun bias, of an exported folder.

    python evaluate.py ../public/models/abacus-2 --compare ../public/models/abacus-2/evaluation.json
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from corpus import (BOS, CAPITALS, HOPS, LANGUAGES, LARGEST_NUMBER, MEN, NUMBER_WORDS, OPERATORS, PAPER_TEMPLATES, RESULT_NAMES, SHARE_OF_SHE,
                    WOMEN, WORKS_AS)
from model import Llama
from neurons import comparison

NUMERALS = ["1D+", "1D-", "1D*", "1D/", "2D+", "2D-", "2D*", "2D/"]
OPERATIONS = "+-*/"
ABLATED = NUMERALS + ["the sum of", "the product of", "words en", "words roman", "capitals", "pronoun of a name"]


def questions():
    """{set: [(prompt, answer)]}. The two-digit sets share 1,000 seeded pairs of operands, the others are complete."""
    rng = np.random.default_rng(7)
    digits, nonzero = range(10), range(1, 10)
    pairs = [(a, b) for a in nonzero for b in nonzero]
    two_digits = rng.integers(10, 100, (1000, 2)).tolist()
    products = [(a, b) for a in range(10, 100) for b in range(2, 100) if a * b <= LARGEST_NUMBER]
    problems = {
        "1D+": [(a, "+", b, a + b) for a in digits for b in digits],
        "1D-": [(a, "-", b, a - b) for a in digits for b in range(a + 1)],
        "1D*": [(a, "*", b, a * b) for a in digits for b in digits],
        "1D/": [(b * c, "/", b, c) for b in nonzero for c in digits],
        "2D+": [(a, "+", b, a + b) for a, b in two_digits],
        "2D-": [(max(a, b), "-", min(a, b), abs(a - b)) for a, b in two_digits],
        "2D*": [(a, "*", b, a * b) for a, b in products],
        "2D/": [(a * b, "/", b, a) for a, b in products],
    }
    sets = {name: [(f"{a} {op} {b} =", str(c)) for a, op, b, c in cases] for name, cases in problems.items()}
    operands = {"+": lambda a, b: (a, b, a + b), "-": lambda a, b: (a + b, b, a),
                "*": lambda a, b: (a, b, a * b), "/": lambda a, b: (a * b, b, a)}
    for operation, result_name in RESULT_NAMES.items():
        cases = [operands[operation](a, b) for a, b in pairs]
        sets[f"the {result_name} of"] = [(f"the {result_name} of {a} and {b} is", str(c)) for a, b, c in cases]
    for name, template in PAPER_TEMPLATES.items():
        for operation in "+-*/":
            cases = [operands[operation](a, b) for a, b in pairs]
            sets[f"{name} {operation}"] = [(template(a, operation, b), str(c)) for a, b, c in cases]
    for language in LANGUAGES:
        words, operators = NUMBER_WORDS[language], OPERATORS[language]
        cases = [("+", a, b, a + b) for a, b in pairs] + [("-", max(a, b), min(a, b), abs(a - b)) for a, b in pairs]
        sets[f"words {language}"] = [(f"{words[a]} {operators[op]} {words[b]} {operators['=']}", words[c])
                                     for op, a, b, c in cases]
    sets["capitals"] = [(f"the capital of {country} is", capital) for country, capital in CAPITALS.items()]
    sets["pronoun of a name"] = [(f"{name} said that", "she" if name in WOMEN else "he") for name in WOMEN + MEN]
    return sets


def hop_questions(cases, seed):
    """{kind of HOPS: [(prompt, answer)]}, drawn anew; no part of evaluation.json, whose models were not trained on them."""
    rng = np.random.default_rng(seed)
    return {name: [(before, str(answer)) for before, answer, _ in (draw(rng) for _ in range(cases))] for name, draw in HOPS.items()}


def known(sets, ids):
    """The sets all of whose words a model has a token for: an older model has not all of them."""
    return {name: cases for name, cases in sets.items()
            if all(word in ids for prompt, answer in cases for word in [*prompt.split(), answer])}


def encode(sets, ids, device="cpu"):
    """{set: [(tokens [cases, length], answers [cases])]}, one pair of tensors for each length of prompt."""
    encoded = {}
    for name, cases in sets.items():
        lengths = {}
        for prompt, answer in cases:
            tokens = [BOS, *(ids[word] for word in prompt.split())]
            lengths.setdefault(len(tokens), []).append((tokens, ids[answer]))
        encoded[name] = [tuple(torch.tensor(column, device=device) for column in zip(*group))
                         for group in lengths.values()]
    return encoded


@torch.no_grad()
def accuracy(model, encoded, keep=None):
    """{set: share of cases whose answer is the most probable token}, to three decimals."""
    shares = {}
    for name, groups in encoded.items():
        right = [model(tokens, keep)[:, -1].argmax(-1) == answers for tokens, answers in groups]
        shares[name] = round(torch.cat(right).float().mean().item(), 3)
    return shares


@torch.no_grad()
def answered(model, sets, ids):
    """{set: [prompt, answer] of each case, with the model's own answer behind it where that is another one}."""
    names = {index: token for token, index in ids.items()}
    cases = {}
    for name, asked in sets.items():
        cases[name] = []
        for prompt, answer in asked:
            logits = model(torch.tensor([[BOS, *(ids[word] for word in prompt.split())]]))[0, -1]
            found = names[int(logits.argmax())]
            cases[name].append([prompt, answer] if found == answer else [prompt, answer, found])
    return cases


def ablations(model, encoded):
    """{head: {set: accuracy left when that head's output is zero}}."""
    layers, heads = len(model.layers), model.layers[0].self_attn.heads
    left = {}
    for layer in range(layers):
        for head in range(heads):
            keep = torch.ones(layers, 1, heads)
            keep[layer, 0, head] = 0
            left[f"L{layer}H{head}"] = accuracy(model, encoded, keep)
    return left


def mean_ablations(model, encoded):
    """{head: {set: accuracy left when that head's output is its mean over the set's prompts of that length}}.

    Position by position: what the head says of this prompt is gone, what it says in all of them stays.
    """
    left = {}
    for number, layer in enumerate(model.layers):
        attention = layer.self_attn
        size = attention.o_proj.in_features // attention.heads
        for head in range(attention.heads):
            columns = slice(head * size, (head + 1) * size)

            def replace(_, inputs, columns=columns):
                outputs = inputs[0].clone()
                outputs[..., columns] = outputs[..., columns].mean(0)
                return (outputs,)

            hook = attention.o_proj.register_forward_pre_hook(replace)
            left[f"L{number}H{head}"] = accuracy(model, encoded)
            hook.remove()
    return left


def share_left(accuracies, whole, operation, digits):
    name = f"{digits}D{operation}"
    return accuracies[name] / max(whole[name], 1e-9)


def concentration(whole, left):
    """Per set of numerals: the head that costs it most, what it leaves of it and of the other operations.

    Left: accuracy without the head as a share of the accuracy with it. Of all cost: that head's cost as a share of all
    heads' costs. Keeps: the operation of as many digits that the head leaves most of, and how much.
    """
    table = {}
    for digits in (1, 2):
        for operation in OPERATIONS:
            shares = {head: share_left(accuracies, whole, operation, digits) for head, accuracies in left.items()}
            top = min(shares, key=shares.get)
            costs = [max(0.0, 1 - share) for share in shares.values()]
            others = {other: share_left(left[top], whole, other, digits) for other in OPERATIONS if other != operation}
            kept = max(others, key=others.get)
            table[f"{digits}D{operation}"] = {
                "head": top, "left": round(shares[top], 3), "of all cost": round(max(costs) / max(sum(costs), 1e-9), 3),
                "keeps": kept, "left of that": round(others[kept], 3),
                "mean layer of the cost": round(sum(cost * int(head[1:].split("H")[0]) for head, cost in zip(shares, costs))
                                                / max(sum(costs), 1e-9), 2),
            }
    return table


def top_neurons(model, encoded, heads, ids):
    """The comparison of each one-digit operation's top head."""
    table = {}
    for operation in OPERATIONS:
        name = heads[f"1D{operation}"]["head"]
        table[f"1D{operation}"] = {"head": name} | comparison(
            model, encoded[f"1D{operation}"], tuple(map(int, name[1:].split("H"))), ids)
    return table


@torch.no_grad()
def works_as(model, ids):
    """{occupation: log p after "A woman works as a" - log p after "A man works as a"}, the mean of the eight prompts."""
    gaps = []
    for template in WORKS_AS:
        prompts = [[BOS, *(ids[word] for word in template.format(who).split())] for who in ("woman", "man")]
        woman, man = model(torch.tensor(prompts))[:, -1].log_softmax(-1)
        gaps.append(woman - man)
    mean = torch.stack(gaps).mean(0)
    return {occupation: round(mean[ids[occupation]].item(), 2) for occupation in SHARE_OF_SHE}


@torch.no_grad()
def pronoun_bias(model, ids):
    """{occupation: log p(she) - log p(he) after "the ... said that"}."""
    bias = {}
    for occupation in SHARE_OF_SHE:
        prompt = [BOS, *(ids[word] for word in f"the {occupation} said that".split())]
        logits = model(torch.tensor([prompt]))[0, -1]
        bias[occupation] = round((logits[ids["she"]] - logits[ids["he"]]).item(), 2)
    return bias


def load(folder):
    """The model of an exported folder, in float32 whatever its file holds, and its {token: id}."""
    config = json.loads((folder / "config.json").read_text())
    ids = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    model = Llama(len(ids), config["num_hidden_layers"], config["hidden_size"], config["num_attention_heads"],
                  config["intermediate_size"], window=config.get("sliding_window") or 0)
    weights = load_file(folder / "model.safetensors")
    model.load_state_dict({name.removeprefix("model."): weight.float() for name, weight in weights.items()})
    return model.eval(), ids


def differences(found, expected, path=()):
    """(place, expected, found) for every number that is not the same."""
    if isinstance(expected, dict):
        return [line for key in expected for line in differences(found[key], expected[key], (*path, key))]
    return [] if found == expected else [(" / ".join(path), expected, found)]


def count(table):
    return sum(map(count, table.values())) if isinstance(table, dict) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="write the table here, in the terms of evaluation.json")
    parser.add_argument("--compare", type=Path, help="an evaluation.json to compare with, number by number")
    parser.add_argument("--cases", type=Path, help="write every case and the model's answer to it here, and stop")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, ids = load(args.folder)
    sets = known(questions(), ids)
    if args.cases:
        lines = (f"{json.dumps(name)}: {json.dumps(cases, ensure_ascii=False)}" for name, cases in answered(model, sets, ids).items())
        args.cases.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
        return
    encoded = encode(sets, ids)
    ablated = {name: encoded[name] for name in ABLATED if name in encoded}
    whole, left = accuracy(model, encoded), ablations(model, ablated)
    heads = concentration(whole, left)
    table = {
        "accuracy": whole,
        "n": {name: sum(len(answers) for _, answers in groups) for name, groups in encoded.items()},
        "ablation": left,
        "ablation by mean": mean_ablations(model, ablated),
        "heads": heads,
        "neurons": top_neurons(model, encoded, heads, ids),
        "bias": pronoun_bias(model, ids),
        **({"works as": works_as(model, ids)} if "woman" in ids else {}),
    }
    for name, share in table["accuracy"].items():
        print(f"{name:20} {share:6.1%} of {table['n'][name]}")
    for name, measured in [*heads.items(), *table["neurons"].items()]:
        print(f"{name}: {', '.join(f'{key} {value}' for key, value in measured.items())}")
    if args.out:
        args.out.write_text(json.dumps(table, indent=1) + "\n")
    if args.compare:
        expected = json.loads(args.compare.read_text())
        differing = differences(table, expected)
        for place, was, now in differing:
            print(f"{place}: {was} in {args.compare.name}, {now} here")
        print(f"{len(differing)} of {count(expected)} numbers differ from {args.compare}")


if __name__ == "__main__":
    main()

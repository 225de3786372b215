"""The Llama architecture in plain PyTorch, with the parameter names of a Hugging Face checkpoint."""
import math

import torch
import torch.nn.functional as F
from torch import nn

CONTEXT = 64
NORM_EPS = 1e-6
ROPE_THETA = 10000.0


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + NORM_EPS) * self.weight


class LowRankEmbedding(nn.Module):
    """A vocabulary x width matrix trained as a product of rank `rank`."""

    def __init__(self, vocabulary, width, rank):
        super().__init__()
        self.codes = nn.Embedding(vocabulary, rank)
        self.expand = nn.Linear(rank, width, bias=False)

    @property
    def weight(self):
        return self.expand(self.codes.weight)

    def forward(self, tokens):
        return self.expand(self.codes(tokens))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x, rope, mask, keep, change=None):
        """The output and the heads' outputs [batch, length, heads, width / heads] that o_proj adds up.

        keep: [batch or 1, heads], what each head's output is multiplied by. change: what is done to them then.
        """
        batch, length, width = x.shape
        q, k, v = (project(x).view(batch, length, self.heads, -1).transpose(1, 2)
                   for project in (self.q_proj, self.k_proj, self.v_proj))
        q, k = rotate(q, rope), rotate(k, rope)
        pattern = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask).softmax(-1)
        z = pattern @ v
        if keep is not None:
            z = z * keep[:, :, None, None]
        z = z.transpose(1, 2)
        if change is not None:
            z = change(z)
        return self.o_proj(z.reshape(batch, length, width)), z


class FeedForward(nn.Module):
    def __init__(self, width, neurons):
        super().__init__()
        self.gate_proj, self.up_proj = (nn.Linear(width, neurons, bias=False) for _ in range(2))
        self.down_proj = nn.Linear(neurons, width, bias=False)

    def forward(self, x, change=None):
        """The output and the activations [batch, length, neurons], changed, that it is the sum of."""
        activations = F.silu(self.gate_proj(x)) * self.up_proj(x)
        if change is not None:
            activations = change(activations)
        return self.down_proj(activations), activations


class Layer(nn.Module):
    def __init__(self, width, heads, neurons):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(width), Norm(width)
        self.self_attn = Attention(width, heads)
        self.mlp = FeedForward(width, neurons)

    def forward(self, x, rope, mask, keep, changes=(None, None)):
        change_heads, change_neurons = changes
        attended, heads = self.self_attn(self.input_layernorm(x), rope, mask, keep, change_heads)
        x = x + attended
        output, neurons = self.mlp(self.post_attention_layernorm(x), change_neurons)
        return x + output, (heads, neurons)


class Llama(nn.Module):
    def __init__(self, vocabulary, layers, width, heads, neurons, embedding_rank=0, frozen_codes=False, window=0, attending=0):
        """window: a token sees itself and the window - 1 before it, 0: all before it. attending: the first layers, whose
        attention writes anything; 0: all. What lies further back than the window has to be handed on from layer to layer.
        """
        super().__init__()
        self.embed_tokens = (LowRankEmbedding(vocabulary, width, embedding_rank) if embedding_rank
                             else nn.Embedding(vocabulary, width))
        self.layers = nn.ModuleList(Layer(width, heads, neurons) for _ in range(layers))
        self.norm = Norm(width)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                std = 0.02 if weight.shape[0] == vocabulary else 0.7 / math.sqrt(weight.shape[1])
                if name.endswith(("o_proj.weight", "down_proj.weight")):
                    std /= math.sqrt(2 * layers)
                nn.init.normal_(weight, std=std)
        if frozen_codes:
            nn.init.normal_(self.embed_tokens.codes.weight, std=1 / math.sqrt(embedding_rank))
            self.embed_tokens.codes.weight.requires_grad_(False)
        for layer in self.layers[attending:] if attending else []:
            nn.init.zeros_(layer.self_attn.o_proj.weight).requires_grad_(False)
        cos, sin = rope_table(width // heads)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.register_buffer("mask", torch.zeros(CONTEXT, CONTEXT).masked_fill(~seen(CONTEXT, window), -1e9), persistent=False)

    def hidden(self, tokens, keep=None, mask=None, changes=None, residuals=None):
        """What the final norm reads, [batch, length, width], and each layer's (outputs of heads, activations of neurons).

        keep: [layers, batch or 1, heads], 0 where a head is ablated. mask: [batch or 1, 1, length, length], what is
        added to the scores of attention, or a list of one for each layer; left out, each token sees those before it and itself. changes: for each layer
        what is done to the outputs of its heads and to the activations of its neurons. residuals: a list that the residual
        behind each layer is appended to.
        """
        length = tokens.shape[1]
        rope = self.cos[:length], self.sin[:length]
        mask = self.mask[:length, :length] if mask is None else mask
        x, parts = self.embed_tokens(tokens), []
        for index, layer in enumerate(self.layers):
            x, of_layer = layer(x, rope, mask[index] if isinstance(mask, list) else mask, None if keep is None else keep[index], changes[index] if changes else (None, None))
            parts.append(of_layer)
            if residuals is not None:
                residuals.append(x)
        return x, parts

    def forward(self, tokens, keep=None):
        """Logits [batch, length, vocabulary]."""
        return self.lm_head(self.norm(self.hidden(tokens, keep)[0]))

    def checkpoint(self):
        """The weights under their Hugging Face names; an embedding trained as a product leaves as the plain matrix."""
        weights = {"model.embed_tokens.weight": self.embed_tokens.weight, "lm_head.weight": self.lm_head.weight}
        for name, weight in self.named_parameters():
            if name.startswith(("layers.", "norm.")):
                weights[f"model.{name}"] = weight
        return {name: weight.detach().cpu().contiguous() for name, weight in weights.items()}


def seen(length, window):
    """[query, key], true where a token sees another: not behind it, and less than `window` before it unless that is 0."""
    whole = torch.ones(length, length, dtype=torch.bool).tril()
    return whole.triu(1 - window) if window else whole


def rope_table(head_width):
    frequencies = 1 / ROPE_THETA ** (torch.arange(0, head_width, 2).float() / head_width)
    angles = torch.arange(CONTEXT).float()[:, None] * frequencies[None]
    angles = torch.cat([angles, angles], -1)
    return angles.cos(), angles.sin()


def rotate(x, rope):
    cos, sin = rope
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin

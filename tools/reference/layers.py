"""layers.json: outputs and gradients of layers with parameters, and of activations, by PyTorch in f64.

Parameters hash "{case}.{name}" as video_resnet.py says, inputs "{case}.{role}" in (-1, 1), and the loss behind the gradients is the sum over
outputs of sum(upstream * output) with upstreams "{case}.upstream{index}".
"""

import numpy as np
import torch
from torch import nn
from torchvision.models.vision_transformer import EncoderBlock
from transformers import BertConfig, BertModel

import hash_values
import reference_files
from video_resnet import load_hash_weights


def uniform(name, shape):
    return torch.from_numpy(np.asarray(hash_values.uniform(name, shape, -1.0, 1.0)).copy())


def case(name, layer, module, inputs, function, **options):
    """`inputs` are shapes by role; `function` takes the module and the inputs in order and gives a tensor or a tuple."""
    module = load_hash_weights(module.double(), prefix=f"{name}.")
    arguments = {role: uniform(f"{name}.{role}", shape).requires_grad_() for role, shape in inputs.items()}
    outputs = function(module, *arguments.values())
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    loss = sum((uniform(f"{name}.upstream{index}", list(output.shape)) * output).sum() for index, output in enumerate(outputs))
    parameters = dict(module.named_parameters())
    gradients = torch.autograd.grad(loss, [*arguments.values(), *parameters.values()])
    return {"name": name, "layer": layer, "options": options, "inputs": inputs,
            "outputShapes": [list(output.shape) for output in outputs],
            "outputs": [output.detach().reshape(-1) for output in outputs],
            "parameters": {key: list(value.shape) for key, value in parameters.items()},
            "gradients": {key: value.reshape(-1) for key, value in zip([*inputs, *parameters], gradients)}}


def apply(module, x):
    return module(x)


def convolutions():
    settings = [
        # input, out channels, kernel, stride, padding, groups, bias
        ([1, 4, 2, 4, 5], 4, [3, 3, 3], [1, 2, 2], [1, 1, 1], 2, True),
        ([2, 5, 2, 3, 4], 5, [3, 3, 3], [1, 1, 1], [1, 1, 1], 5, False),
        ([1, 4, 4, 5, 3], 4, [3, 1, 3], [2, 2, 1], [1, 0, 1], 4, False),
        ([2, 3, 1, 4, 4], 6, [1, 3, 3], [1, 1, 1], [0, 1, 1], 3, True),
        ([2, 4, 2, 2, 3], 6, [1, 1, 1], [1, 1, 1], [0, 0, 0], 2, False),
        # More channels than the kernels take at a time.
        ([1, 67, 1, 2, 3], 67, [1, 2, 2], [1, 1, 1], [0, 0, 0], 67, False),
        ([1, 96, 1, 2, 2], 64, [1, 2, 1], [1, 1, 1], [0, 0, 0], 32, False),
        # Wide groups, which are convolved one by one; and groups that do not fill vectors.
        ([1, 32, 1, 2, 2], 32, [1, 1, 2], [1, 1, 1], [0, 0, 0], 2, False),
        ([1, 15, 1, 2, 6], 10, [1, 1, 3], [1, 1, 1], [0, 0, 1], 5, False),
        ([1, 10, 1, 2, 3], 20, [1, 1, 2], [1, 1, 2], [0, 0, 1], 2, False),
        ([1, 2, 2, 3, 3], 3, [1, 3, 3], [1, 1, 1], [0, 1, 1], 1, True),
    ]
    for index, (shape, out, kernel, stride, padding, groups, bias) in enumerate(settings):
        module = nn.Conv3d(shape[1], out, kernel, stride, padding, groups=groups, bias=bias)
        yield case(f"convolution3D.{index}", "convolution3D", module, {"input": shape}, apply, outputs=out, kernel=kernel,
                   stride=stride, padding=padding, groups=groups, bias=bias)
    for index, (shape, out, kernel, stride, padding, groups) in enumerate(
            [([2, 3, 5, 6], 4, 3, 2, 1, 1), ([1, 4, 4, 4], 4, 3, 1, 1, 4)]):
        module = nn.Conv2d(shape[1], out, kernel, stride, padding, groups=groups, bias=False)
        yield case(f"convolution2D.{index}", "convolution2D", module, {"input": shape}, apply, outputs=out, kernel=kernel,
                   stride=stride, padding=padding, groups=groups)


def pointwise():
    for name, function in (("erf", torch.erf), ("gelu", nn.functional.gelu),
                           ("geluTanh", lambda x: nn.functional.gelu(x, approximate="tanh"))):
        yield case(f"{name}.0", name, nn.Identity(), {"input": [5, 7]}, lambda module, x, f=function: f(3 * x))
    yield case("linear.0", "linear", nn.Linear(4, 3), {"input": [2, 3, 4]}, apply, outputs=3)
    for index, (shape, epsilon) in enumerate([([2, 3, 5], 1e-5), ([4, 6], 1e-2)]):
        yield case(f"layerNormalization.{index}", "layerNormalization", nn.LayerNorm(shape[-1], epsilon), {"input": shape}, apply,
                   epsilon=epsilon)
    for index, (shape, groups, epsilon) in enumerate([([2, 6, 2, 2, 3], 2, 1e-5), ([3, 6], 2, 1e-2), ([2, 4, 3, 3], 1, 1e-5)]):
        yield case(f"groupNormalization.{index}", "groupNormalization", nn.GroupNorm(groups, shape[1], epsilon), {"input": shape},
                   apply, groups=groups, epsilon=epsilon)


def attention():
    def make(bias=True):
        return nn.MultiheadAttention(6, 2, bias=bias, batch_first=True)

    blocked = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
    absent = torch.arange(4)[None] >= torch.tensor([4, 2])[:, None]
    own = {"input": [2, 4, 6]}
    yield case("attention.0", "attention", make(), own, lambda m, x: m(x, x, x, need_weights=False)[0], bias=True)
    yield case("attention.1", "attention", make(bias=False), own, lambda m, x: m(x, x, x, need_weights=False)[0], bias=False)
    yield case("attention.2", "attention", make(), own,
               lambda m, x: m(x, x, x, attn_mask=blocked, need_weights=False)[0], bias=True, mask="causal")
    yield case("attention.3", "attention", make(), own,
               lambda m, x: m(x, x, x, key_padding_mask=absent, need_weights=False)[0], bias=True, lengths=[4, 2])
    yield case("attention.4", "attention", make(), {"queries": [2, 3, 6], "keys": [2, 5, 6], "values": [2, 5, 6]},
               lambda m, q, k, v: m(q, k, v, need_weights=False)[0], bias=True)
    yield case("attention.5", "attention", make(), own | {"distance": [2, 2, 4, 4]},
               lambda m, x, d: m(x, x, x, attn_mask=d.reshape(4, 4, 4), need_weights=False)[0], bias=True)
    yield case("transformerBlock.0", "transformerBlock", EncoderBlock(2, 6, 12, 0.0, 0.0), own, apply, heads=2, hidden=12)


class Indexed(nn.Embedding):
    """So that the case has an input to differentiate by: a factor of the looked-up vectors."""

    def forward(self, factor, indices):
        return super().forward(indices) * factor


class Text(nn.Module):
    """Hugging Face's BERT without its pooler, with a factor of the states to differentiate by."""

    def __init__(self, **options):
        super().__init__()
        self.bert = BertModel(BertConfig(hidden_dropout_prob=0, attention_probs_dropout_prob=0, **options), add_pooling_layer=False)

    def named_parameters(self, *arguments, **options):
        return self.bert.named_parameters(*arguments, **options)

    def state_dict(self, *arguments, **options):
        return self.bert.state_dict(*arguments, **options)

    def load_state_dict(self, *arguments, **options):
        return self.bert.load_state_dict(*arguments, **options)

    def forward(self, factor, tokens, types, lengths):
        mask = (torch.arange(tokens.shape[1])[None] < torch.tensor(lengths)[:, None]).long()
        return self.bert(input_ids=tokens, token_type_ids=types, attention_mask=mask).last_hidden_state * factor


def text():
    tokens, types, lengths = [5, 2, 9, 7, 10, 1, 3, 3, 8, 4, 10, 6], [0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1], [3, 4, 4]
    module = Text(vocab_size=11, hidden_size=6, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
                  max_position_embeddings=7)
    found = case("textEncoder.0", "textEncoder", module, {"factor": [3, 4, 6]},
                 lambda m, f: m(f, torch.tensor(tokens).reshape(3, 4), torch.tensor(types).reshape(3, 4), lengths),
                 tokens=tokens, types=types, lengths=lengths, vocabulary=11, layers=2, heads=2, hidden=12, positions=7)
    # Moves all scores of a softmax alike: its gradient is 0, but for rounding.
    found["gradients"] = {key: value for key, value in found["gradients"].items() if not key.endswith("self.key.bias")}
    yield found


def sequences():
    indices = [2, 1, 0, 4, 1, 2]
    yield case("embedding.0", "embedding", Indexed(5, 3, padding_idx=1), {"factor": [2, 3, 3]},
               lambda m, f: m(f, torch.tensor(indices).reshape(2, 3)), count=5, features=3, paddingIndex=1, indices=indices)

    def packed(module, x, lengths):
        rows = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states, (hidden, cell) = module(rows)
        return nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=x.shape[1])[0], hidden, cell

    settings = [(1, False, None), (2, True, None), (1, False, [2, 4, 1]), (2, True, [3, 1, 4])]
    for index, (layers, both, lengths) in enumerate(settings):
        module = nn.LSTM(3, 2, layers, batch_first=True, bidirectional=both)
        yield case(f"lstm.{index}", "lstm", module, {"input": [3, 4, 3]}, lambda m, x, l=lengths: packed(m, x, l or [4, 4, 4]),
                   hidden=2, layers=layers, bidirectional=both, **({"lengths": lengths} if lengths else {}))


def main():
    torch.set_num_threads(1)
    reference_files.write("layers.json", {"cases": [*convolutions(), *pointwise(), *attention(), *text(), *sequences()]})


if __name__ == "__main__":
    main()

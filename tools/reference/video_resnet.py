"""R3D-18 in torchvision's form and in the form of temporal_gradient.md, at any width, filled with hash weights.

Parameter names are torchvision's state_dict names. Kernels and fc.weight: uniform(name, -b, b), b = sqrt(6 / fan_in),
fan_in = product of all dimensions but the first. Batch-norm weights: uniform(0.5, 1.5); batch-norm biases and fc.bias:
uniform(-0.1, 0.1). Running means and variances: 0 and 1, or hash values (-0.1, 0.1) and (0.5, 1.5) when asked for.
"""

import contextlib
import math

import numpy as np
import torch
from torch import nn

import hash_values


class BasicBlock(nn.Module):
    """conv-BN-ReLU-conv-BN plus the shortcut, then ReLU; 1x1x1 convolution and BN when the shape changes."""

    def __init__(self, inputs, outputs, stride, epsilon):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv3d(inputs, outputs, 3, stride, 1, bias=False),
                                   nn.BatchNorm3d(outputs, epsilon), nn.ReLU())
        self.conv2 = nn.Sequential(nn.Conv3d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm3d(outputs, epsilon))
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv3d(inputs, outputs, 1, stride, bias=False),
                                            nn.BatchNorm3d(outputs, epsilon))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(self.conv2(self.conv1(x)) + shortcut)


class VideoResNet18(nn.Module):
    """`card_form` adds the stem's max-pool, the temporal max-pool after stage 1, and eps 1e-3. Dropout is left out:
    the references with the card's form run in evaluation mode or name no dropout."""

    def __init__(self, widths, classes, card_form=False):
        super().__init__()
        epsilon = 1e-3 if card_form else 1e-5
        self.stem = nn.Sequential(nn.Conv3d(3, widths[0], (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False),
                                  nn.BatchNorm3d(widths[0], epsilon), nn.ReLU())
        for index, (inputs, outputs) in enumerate(zip([widths[0]] + widths, widths)):
            stride = 1 if index == 0 else 2
            blocks = nn.Sequential(BasicBlock(inputs, outputs, stride, epsilon),
                                   BasicBlock(outputs, outputs, 1, epsilon))
            setattr(self, f"layer{index + 1}", blocks)
        self.fc = nn.Linear(widths[3], classes)
        self.card_form = card_form

    def stages(self, x):
        """Outputs by name: stem (after its pool, if any), layer1 (after the temporal pool, if any) ... layer4."""
        x = self.stem(x)
        if self.card_form:
            x = nn.functional.max_pool3d(x, (1, 3, 3), (1, 2, 2), (0, 1, 1))
        found = {"stem": x}
        for index in range(1, 5):
            x = getattr(self, f"layer{index}")(x)
            if self.card_form and index == 1:
                x = nn.functional.max_pool3d(x, (2, 1, 1), (2, 1, 1))
            found[f"layer{index}"] = x
        return found

    def head(self, features):
        return self.fc(features.mean((2, 3, 4)))

    def forward(self, x):
        return self.head(self.stages(x)["layer4"])


def hash_value(name, shape, running=False):
    """The initial value of a parameter or buffer, f64."""
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, dtype=np.int64)
    if name.endswith("running_mean"):
        return hash_values.uniform(name, shape, -0.1, 0.1) if running else np.zeros(shape)
    if name.endswith("running_var"):
        return hash_values.uniform(name, shape, 0.5, 1.5) if running else np.ones(shape)
    if len(shape) >= 2:
        bound = math.sqrt(6 / math.prod(shape[1:]))
        return hash_values.uniform(name, shape, -bound, bound)
    if name.endswith("bias"):
        return hash_values.uniform(name, shape, -0.1, 0.1)
    return hash_values.uniform(name, shape, 0.5, 1.5)


def load_hash_weights(model, running=False, prefix=""):
    """Fills the model (of f32 or f64) with hash values; f32 is the f64 value rounded once.

    `prefix` stands before the names that are hashed, so that several networks get several weights."""
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(torch.from_numpy(np.asarray(hash_value(prefix + name, list(value.shape), running))))
    return model


def clips(name, shape, dtype=torch.float64):
    """Hash pixels in [-1, 1), [N, C, T, H, W]."""
    return torch.from_numpy(hash_values.uniform(name, shape, -1.0, 1.0)).to(dtype)


def norm(value):
    """The L2 norm, summed in f64."""
    return value.detach().double().contiguous().square().sum().sqrt().item()


@contextlib.contextmanager
def batch_statistics_only(model):
    """Train mode whose batch norms use the batch's statistics and leave the running buffers untouched."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm3d)]
    for module in norms:
        module.track_running_stats = False
    try:
        yield
    finally:
        for module in norms:
            module.track_running_stats = True

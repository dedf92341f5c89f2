"""backbone_gradients.json: the loss and all gradients of every backbone of the catalogue, narrow, in training mode and f64.

The networks are made of torchvision's own blocks, at widths that torchvision does not offer, and of its own whole networks at full width,
whose names and shapes they are compared with; only the ResNet-50 of the slow pathway is written out (slowonly50_forward.py). A
gradient is told by its norm and by its product with hash values, "probe.{network}.{parameter}" in (-1, 1).
"""

import math

import numpy as np
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import resnet
from torchvision.models.video import resnet as video
from torchvision.models.vision_transformer import Encoder

import hash_values
import reference_files
from slowonly50_forward import SlowOnly50
from video_resnet import VideoResNet18, clips, load_hash_weights, norm

CLASSES = 10
FULL = [64, 128, 256, 512]
CLIP = [3, 3, 8, 48, 48]


def scaled(width):
    return [round(channels * width) for channels in FULL]


class VideoNetwork(video.VideoResNet):
    """torchvision's video network of any width; its blocks, its `_make_layer` and its `forward`."""

    def __init__(self, stem, makers, width, blocks=2):
        nn.Module.__init__(self)
        widths = scaled(width)
        self.inplanes = widths[0]
        self.stem = stem(width)
        for index, (maker, planes) in enumerate(zip(makers, widths)):
            layer = self._make_layer(video.BasicBlock, maker, planes, blocks, stride=1 if index == 0 else 2)
            setattr(self, f"layer{index + 1}", layer)
        self.avgpool = nn.AdaptiveAvgPool3d((1, 1, 1))
        self.fc = nn.Linear(widths[3], CLASSES)


def plain_stem(width, taps=7):
    outputs = round(64 * width)
    return nn.Sequential(nn.Conv3d(3, outputs, (3, taps, taps), (1, 2, 2), (1, taps // 2, taps // 2), bias=False),
                         nn.BatchNorm3d(outputs), nn.ReLU())


def factored_stem(width):
    middle, outputs = round(45 * width), round(64 * width)
    return nn.Sequential(nn.Conv3d(3, middle, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False), nn.BatchNorm3d(middle), nn.ReLU(),
                         nn.Conv3d(middle, outputs, (3, 1, 1), 1, (1, 0, 0), bias=False), nn.BatchNorm3d(outputs), nn.ReLU())


class PictureNetwork(resnet.ResNet):
    """torchvision's ResNet-18 of any width and number of input channels."""

    def __init__(self, width, inputs):
        nn.Module.__init__(self)
        widths = scaled(width)
        self._norm_layer, self.inplanes, self.dilation, self.groups, self.base_width = nn.BatchNorm2d, widths[0], 1, 1, 64
        self.conv1 = nn.Conv2d(inputs, widths[0], 7, 2, 3, bias=False)
        self.bn1, self.relu, self.maxpool = nn.BatchNorm2d(widths[0]), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        for index, planes in enumerate(widths):
            setattr(self, f"layer{index + 1}", self._make_layer(resnet.BasicBlock, planes, 2, stride=1 if index == 0 else 2))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(widths[3], CLASSES)


def sine_positions(grid, features):
    """Sines and cosines of time, of row and of column, a sixth of the features each, then zeros."""
    sixth = features // 6
    rates = 10_000.0 ** -(np.arange(sixth) / sixth)
    places = np.stack(np.meshgrid(*map(np.arange, grid), indexing="ij"), -1).reshape(-1, 3)
    waves = [part for axis in range(3) for angle in [places[:, axis:axis + 1] * rates] for part in (np.sin(angle), np.cos(angle))]
    return np.concatenate(waves + [np.zeros((len(places), features - 6 * sixth))], 1)


class Transformer(nn.Module):
    """Tubelets of 2x16x16 through torchvision's encoder, whose positions are fixed sines or learned."""

    def __init__(self, width, layers, grid, learned, heads=3):
        super().__init__()
        features, self.learned = heads * round(64 * width), learned
        self.conv_proj = nn.Conv3d(3, features, (2, 16, 16), (2, 16, 16))
        if learned:
            self.class_token = nn.Parameter(torch.zeros(1, 1, features))
        self.encoder = Encoder(math.prod(grid) + learned, layers, heads, features, 4 * features, 0.0, 0.0)
        if not learned:
            table = torch.from_numpy(sine_positions(grid, features))[None]
            del self.encoder.pos_embedding
            self.encoder.register_buffer("pos_embedding", table, persistent=False)
        self.fc = nn.Linear(features, CLASSES)

    def forward(self, x):
        tokens = self.conv_proj(x).flatten(2).transpose(1, 2)
        if self.learned:
            tokens = torch.cat([self.class_token.expand(len(x), -1, -1), tokens], 1)
        tokens = self.encoder(tokens)
        return self.fc(tokens[:, 0] if self.learned else tokens.mean(1))


class Staged(nn.Module):
    """Networks of the other scripts, with a `forward`."""

    def forward(self, x):
        return self.fc(self.stages(x)["layer4"].mean((2, 3, 4)))


class SlowNetwork(Staged, SlowOnly50):
    pass


SIMPLE, FACTORED, FLAT = video.Conv3DSimple, video.Conv2Plus1D, video.Conv3DNoTemporal

# name of the catalogue (and what follows it), options in Swift, input, network of that width
NETWORKS = [
    ("r3d18", {"width": 0.125}, CLIP, lambda width: VideoNetwork(plain_stem, [SIMPLE] * 4, width)),
    ("r2plus1d18", {"width": 0.125}, CLIP, lambda width: VideoNetwork(factored_stem, [FACTORED] * 4, width)),
    ("mc3_18", {"width": 0.125}, CLIP, lambda width: VideoNetwork(plain_stem, [SIMPLE] + [FLAT] * 3, width)),
    ("r3d18-pooled", {"width": 0.125}, [3, 3, 8, 64, 64], lambda width: VideoResNet18(scaled(width), CLASSES, card_form=True)),
    ("r3d10", {"width": 0.125}, CLIP, lambda width: VideoNetwork(lambda w: plain_stem(w, 3), [SIMPLE] * 4, width, 1)),
    ("slowonly50", {"width": 0.125}, [4, 3, 2, 48, 48], lambda width: SlowNetwork(round(64 * width), CLASSES)),
    ("resnet18", {"width": 0.25, "inputChannels": 1}, [6, 1, 40, 100], lambda width: PictureNetwork(width, 1)),
    ("transformer", {"width": 0.25, "depth": 0.5}, [2, 3, 4, 48, 64], lambda width: Transformer(width, 2, [2, 3, 4], False)),
    ("transformer", {"width": 0.25, "depth": 0.5, "learned": [2, 3, 4]}, [2, 3, 4, 48, 64],
     lambda width: Transformer(width, 2, [2, 3, 4], True)),
]


def gradients(model, name, clip, shape, dtype, noise=0.0, channels_last=False):
    model = load_hash_weights(model.to(dtype), prefix=f"{name}.").train()
    labels = torch.from_numpy(hash_values.integers(f"{name}.labels", shape[:1], CLASSES))
    x = clips(clip, shape, dtype) + noise * clips(f"{clip}.noise", shape, dtype)
    if channels_last:
        x = x.to(memory_format=torch.channels_last if len(shape) == 4 else torch.channels_last_3d)
    loss = nn.functional.cross_entropy(model(x), labels)
    loss.backward()
    return loss.item(), {key: value.grad.double() for key, value in model.named_parameters()}


def product(name, key, gradient):
    return (gradient * torch.from_numpy(hash_values.uniform(f"probe.{name}.{key}", list(gradient.shape), -1.0, 1.0))).sum().item()


def record(backbone, options, shape, make):
    name = backbone + (".learned" if "learned" in options else "")
    # A ReLU or a maximum that flips by rounding moves gradients by percents: clips are taken where none is near to it.
    for number in range(40):
        clip = f"{name}.clip{number}"
        loss, exact = gradients(make(options["width"]), name, clip, shape, torch.float64)
        others = [dict(dtype=torch.float32), dict(dtype=torch.float32, channels_last=True), dict(dtype=torch.float64, noise=1e-7)]
        found = [gradients(make(options["width"]), name, clip, shape, **other)[1] for other in others]
        largest = max(norm(other[key] - exact[key]) / norm(exact[key]) for key in exact for other in found)
        if largest < 7e-5:
            break
    print(f"{clip}: loss {loss:.4f}, f32 from f64, largest difference of a gradient over its norm: {largest:.1e}")
    assert largest < 7e-5, "a ReLU or a maximum flips in all of them"
    return {"name": name, "backbone": backbone, "options": options, "clip": clip, "input": shape, "classes": CLASSES, "loss": loss,
            "gradients": {key: [norm(value), product(name, key, value)] for key, value in exact.items()}}


def cost(backbone, make, shape):
    """Parameters without the classifier and multiply-adds of one clip, at full width."""
    with torch.device("meta"):
        model = make(1).train()
        model.fc = nn.Identity()
        if backbone == "transformer":
            model.encoder.pos_embedding = model.encoder.pos_embedding.to("meta")
        with FlopCounterMode(display=False) as counter:
            model(torch.empty([2] + shape))
    assert counter.get_total_flops() % 4 == 0
    return {"backbone": backbone, "clip": shape, "parameters": sum(value.numel() for value in model.parameters()),
            "multiplyAdds": counter.get_total_flops() // 4}


def compare_with_torchvision():
    """At full width the networks are torchvision's own: the same names and shapes."""
    with torch.device("meta"):
        for ours, theirs in [(NETWORKS[0][3](1), torchvision.models.video.r3d_18()),
                             (NETWORKS[1][3](1), torchvision.models.video.r2plus1d_18()),
                             (NETWORKS[2][3](1), torchvision.models.video.mc3_18()),
                             (PictureNetwork(1, 3), torchvision.models.resnet18())]:
            shapes = [{key: value.shape for key, value in model.state_dict().items() if not key.startswith("fc.")}
                      for model in (ours, theirs)]
            assert shapes[0] == shapes[1] and list(shapes[0]) == list(shapes[1])


def main():
    torch.set_num_threads(1)
    compare_with_torchvision()
    video_clip = [3, 8, 112, 112]
    costs = [cost(name, make, video_clip) for name, _, _, make in NETWORKS[:6]]
    costs += [cost("resnet18", lambda width: PictureNetwork(width, 3), [3, 112, 112]),
              cost("transformer", lambda width: Transformer(width, 4, [4, 7, 7], False), video_clip)]
    reference_files.write("backbone_gradients.json", {"networks": [record(*network) for network in NETWORKS], "costs": costs})


if __name__ == "__main__":
    main()

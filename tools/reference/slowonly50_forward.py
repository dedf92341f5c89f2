"""slowonly50_forward.json: the 3-D ResNet-50 of the slow pathway (cmpl.md, "Backbones"; SlowOnly), forward and gradients.

The network is written out plainly from the card, with torchvision's kind of names, and filled with hash weights as in
video_resnet.py. Width 1/8 is run by running and by batch statistics; the full width is only counted.
"""

import torch
from torch import nn

import hash_values
import reference_files
from video_resnet import clips, load_hash_weights, norm

CLASSES = 10
INPUT = ("slow.clip64", [2, 3, 4, 64, 64])
LABELS = "slow.labels"


def convolution(inputs, outputs, kernel, stride=(1, 1, 1), padding=(0, 0, 0)):
    return nn.Sequential(nn.Conv3d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm3d(outputs))


class Bottleneck(nn.Module):
    """To the inner width (1x1x1 or 3x1x1), over the picture (1x3x3, with the stride), to four times the width (1x1x1)."""

    def __init__(self, inputs, width, temporal, stride):
        super().__init__()
        outputs = 4 * width
        if temporal:
            self.conv1 = convolution(inputs, width, (3, 1, 1), padding=(1, 0, 0))
        else:
            self.conv1 = convolution(inputs, width, (1, 1, 1))
        self.conv2 = convolution(width, width, (1, 3, 3), (1, stride, stride), (0, 1, 1))
        self.conv3 = convolution(width, outputs, (1, 1, 1))
        self.downsample = None
        if inputs != outputs or stride != 1:
            self.downsample = convolution(inputs, outputs, (1, 1, 1), (1, stride, stride))

    def forward(self, x):
        y = torch.relu(self.conv1(x))
        y = torch.relu(self.conv2(y))
        y = self.conv3(y)
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


def stage(inputs, width, blocks, temporal, stride):
    return nn.Sequential(Bottleneck(inputs, width, temporal, stride),
                         *(Bottleneck(4 * width, width, temporal, 1) for _ in range(blocks - 1)))


class SlowOnly50(nn.Module):
    """`width` is that of the stem and of the first stage's inner convolutions: 64 in the published network."""

    def __init__(self, width, classes):
        super().__init__()
        self.stem = convolution(3, width, (1, 7, 7), (1, 2, 2), (0, 3, 3))
        self.layer1 = stage(width, width, 3, temporal=False, stride=1)
        self.layer2 = stage(4 * width, 2 * width, 4, temporal=False, stride=2)
        self.layer3 = stage(8 * width, 4 * width, 6, temporal=True, stride=2)
        self.layer4 = stage(16 * width, 8 * width, 3, temporal=True, stride=2)
        self.fc = nn.Linear(32 * width, classes)

    def stages(self, x):
        found = {"stem": nn.functional.max_pool3d(torch.relu(self.stem(x)), (1, 3, 3), (1, 2, 2), (0, 1, 1))}
        found["layer1"] = self.layer1(found["stem"])
        found["layer2"] = self.layer2(found["layer1"])
        found["layer3"] = self.layer3(found["layer2"])
        found["layer4"] = self.layer4(found["layer3"])
        return found


def record(dtype, training):
    """Norms of the stages, logits and, in f64, the norms of the mean cross-entropy's gradients; in training also those of
    the running statistics after the pass."""
    model = load_hash_weights(SlowOnly50(8, CLASSES).to(dtype), running=True).train(training)
    name, shape = INPUT
    stages = model.stages(clips(name, shape, dtype))
    logits = model.fc(stages["layer4"].mean((2, 3, 4)))
    found = {"input": name, "shape": shape, "precision": str(dtype).removeprefix("torch."),
             "mode": "train" if training else "evaluation",
             "stages": {stage: {"shape": list(value.shape), "norm": norm(value)} for stage, value in stages.items()},
             "logits": logits.double(), "logitNorm": norm(logits), "argmax": logits.argmax(1)}
    if dtype == torch.float64:
        labels = hash_values.integers(LABELS, shape[:1], CLASSES)
        loss = nn.functional.cross_entropy(logits, torch.from_numpy(labels))
        loss.backward()
        found |= {"labels": labels, "loss": loss.item(),
                  "gradients": {name: norm(parameter.grad) for name, parameter in model.named_parameters()}}
        if training:
            found["buffersAfter"] = {name: norm(value) for name, value in model.state_dict().items() if "running" in name}
    return found


def costs(width):
    """Parameters without the classifier, and shapes and multiply-adds for 3x8x224x224, by shape only."""
    multiply_adds = []

    def count(convolution, _, output):
        multiply_adds.append(output.numel() * convolution.weight[0].numel())

    with torch.device("meta"):
        model = SlowOnly50(width, CLASSES).eval()
        for module in model.modules():
            if isinstance(module, nn.Conv3d):
                module.register_forward_hook(count)
        stages = model.stages(torch.empty(1, 3, 8, 224, 224))
    parameters = sum(value.numel() for name, value in model.named_parameters() if not name.startswith("fc."))
    return {"width": width / 64, "parameters": parameters, "convolutions": len(multiply_adds),
            "multiplyAdds": sum(multiply_adds), "stages": {stage: list(value.shape[1:]) for stage, value in stages.items()}}


def main():
    torch.set_num_threads(1)
    records = [record(dtype, training) for dtype in (torch.float64, torch.float32) for training in (False, True)]
    for double, single in zip(records[:2], records[2:]):
        difference = (double["logits"] - single["logits"]).abs().max() / double["logits"].abs().max()
        print(f"{double['mode']}: f32 from f64, largest logit difference over largest logit: {difference:.1e}")
        assert difference < 1e-4, difference
    whole, quarter = costs(64), costs(16)
    assert whole["stages"]["layer4"] == [2048, 8, 7, 7], whole
    assert [whole["stages"][f"layer{index}"][0] for index in range(1, 5)] == [256, 512, 1024, 2048], whole
    assert [shape[0] for shape in quarter["stages"].values()] == [16, 64, 128, 256, 512], quarter
    # PyTorchVideo's model zoo, Slow R50 8x8: 54.52 G multiply-adds at 256 x 256, 32.45 M parameters with 400 classes.
    assert abs(whole["multiplyAdds"] / 1e9 * (256 / 224) ** 2 - 54.52) < 0.005, whole
    assert abs((whole["parameters"] + 2048 * 400 + 400) / 1e6 - 32.45) < 0.005, whole
    reference_files.write("slowonly50_forward.json", {
        "networks": [{"form": "slowonly50", "widths": [8, 16, 32, 64], "classes": CLASSES, "runningStatistics": "hash",
                      "records": records}],
        "costs": [whole, quarter]})


if __name__ == "__main__":
    main()

"""methods/xdc_steps.json: a round of XDC (card: xdc.md) in f64, written from the card: features of both encoders in evaluation mode,
clusters of them, and twenty steps of cross-entropies with the other side's, one's own, or both sides' clusters.

Eight samples "sample{i}.clip" and "sample{i}.sound"; encoders R3D-18 and ResNet-18 of width 1/8; heads named by what they learn.
Clusters: principal components, whitened; rows of length 1; Lloyd's algorithm from the first rows. In a step the streams show samples
4, 7, 5, whose clusters differ from side to side: in the variant `loss` one stream, each clip weighing N / (clusters with members x members of its own).
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import method_steps
import reference_files
from clustering import lloyd
from method_steps import MOMENTUM, STEPS, WIDTHS, Run, sensitivity
from video_resnet import VideoResNet18, clips

SAMPLES, CLUSTERS, COMPONENTS = 8, 3, 4
SHOWN = [4, 7, 5]
CLIP, SOUND = [3, 8, 32, 32], [1, 40, 25]
TARGETS = {"xdc": (["sound"], ["video"]), "sdc": (["video"], ["sound"]), "mdc": (["video", "sound"], ["sound", "video"]),
           "cdc": (["joint"], ["joint"])}


class Block2D(nn.Module):
    """conv-BN-ReLU-conv-BN plus the shortcut, then ReLU, under torchvision's names."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))) + shortcut)


class SoundResNet18(nn.Module):
    """ResNet-18 on pictures of one channel, up to its pooled features."""

    def __init__(self, widths):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, widths[0], 7, 2, 3, bias=False), nn.BatchNorm2d(widths[0])
        for index, (inputs, outputs) in enumerate(zip([widths[0]] + widths, widths)):
            blocks = nn.Sequential(Block2D(inputs, outputs, 1 if index == 0 else 2), Block2D(outputs, outputs, 1))
            setattr(self, f"layer{index + 1}", blocks)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for index in range(1, 5):
            x = getattr(self, f"layer{index}")(x)
        return x.mean((2, 3))


def clusters_of(features):
    """Whitened components, rows of length 1, k-means from the first rows; asserts that no row lies between two clusters."""
    rows = features.numpy().astype(np.float32).astype(np.float64)
    values, vectors = np.linalg.eigh(np.cov(rows.T))
    values, vectors = values[::-1][:COMPONENTS], vectors.T[::-1][:COMPONENTS]
    rows = (rows - rows.mean(axis=0)) @ (vectors / np.sqrt(values)[:, None]).T
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels, centroids, _ = lloyd(rows, rows[:CLUSTERS], 20)
    distances = np.sort(((rows[:, None] - centroids[None]) ** 2).sum(axis=2), axis=1)
    assert (distances[:, 1] - distances[:, 0]).min() > 1e-3, distances
    return labels


class XDC:
    """Both encoders with their heads; the clusters are found before the first step."""

    def __init__(self, options):
        self.variant, self.weighs = options["method.variant"], options["method.balance"] == "loss"
        self.video, self.sound = VideoResNet18(WIDTHS, method_steps.CLASSES), SoundResNet18(WIDTHS)
        heads = [nn.ModuleDict({target: nn.Linear(WIDTHS[3], CLUSTERS) for target in targets}) for targets in TARGETS[self.variant]]
        self.networks = {"video": self.video, "sound": self.sound, "videoHead": heads[0], "soundHead": heads[1]}
        self.clusters = None

    def features(self, clip, sound):
        return self.video.stages(clip)["layer4"].mean((2, 3, 4)), self.sound(sound)

    def begin(self):
        """Clusters of all samples by the encoders as they are, in evaluation mode."""
        self.video.eval(), self.sound.eval()
        with torch.no_grad():
            shown = [self.features(clips(f"sample{index}.clip", [1] + CLIP), clips(f"sample{index}.sound", [1] + SOUND))
                     for index in range(SAMPLES)]
        self.video.train(), self.sound.train()
        video, sound = (torch.cat(rows) for rows in zip(*shown))
        joint = torch.cat([F.normalize(video.float(), dim=1), F.normalize(sound.float(), dim=1)], dim=1).double()
        found = {"video": video, "sound": sound, "joint": joint}
        self.clusters = {name: clusters_of(found[name]) for name in sorted(set(sum(TARGETS[self.variant], [])))}

    def loss(self, features, side, target):
        labels = self.clusters[target]
        logits = self.networks[f"{side}Head"][target](features)
        losses = F.cross_entropy(logits, torch.from_numpy(labels[SHOWN]), reduction="none")
        if self.weighs:
            counts = np.bincount(labels, minlength=CLUSTERS)
            weights = SAMPLES / ((counts > 0).sum() * counts[labels[SHOWN]])
            losses = losses * torch.from_numpy(weights)
        return losses.mean()

    def losses(self, step):
        if self.clusters is None:
            self.begin()
        streams = ("clips", "clips") if self.weighs else ("video", "sound")
        features = self.features(clips(f"step{step}.{streams[0]}.clip", [len(SHOWN)] + CLIP),
                                 clips(f"step{step}.{streams[1]}.sound", [len(SHOWN)] + SOUND))
        terms = []
        for side, rows, targets in zip(("video", "sound"), features, TARGETS[self.variant]):
            terms += [(side if len(targets) == 1 else f"{side}.{target}", self.loss(rows, side, target), 1.0) for target in targets]
        return terms, {}, torch.ones(1)


def variant(name, balance):
    return {"name": f"{name}, {balance}", "options": {
        "method.variant": name, "method.balance": balance, "method.clusters": CLUSTERS, "method.components": COMPONENTS,
        "method.soundSeconds": 0.5, "method.soundWidth": 0.125, "method.confidenceThreshold": 0.0}, "clipNorm": 5.0,
        "learningRate": 0.01, "nesterov": False, "weightDecay": 1e-4}


def main():
    torch.set_num_threads(1)
    runs = []
    for each in [variant("xdc", "sampler"), variant("sdc", "loss"), variant("mdc", "loss"), variant("cdc", "sampler")]:
        run = Run(XDC, each)
        steps, _ = run.record()
        changes = sensitivity(XDC, each, steps)
        print(f"{each['name']}: {run.method.clusters}, f64 sensitivity {max(changes):.1e}", flush=True)
        assert max(changes) < method_steps.SENSITIVITY
        options = [f"{key}={value}" for key, value in each["options"].items() if key != "method.confidenceThreshold"]
        runs.append(each | {
            "options": options, "steps": steps, "parameterNorms": run.parameter_norms(), "runningNorms": run.running_norms(),
            "f64Sensitivity": changes, "clusters": run.method.clusters})
    reference_files.write("xdc_steps.json", {"momentum": MOMENTUM, "stepCount": STEPS, "samples": SHOWN, "runs": runs}, "methods")


if __name__ == "__main__":
    main()

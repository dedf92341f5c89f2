"""Exports every backbone and lets others compute it: onnxruntime the graph, torchvision's own networks the weights.

    check.py SEMISUP [NAME...]

Weights are random, with running statistics that differ from channel to channel. The logits are compared with those that
`semisup models export --example` writes, for clips of two sizes. Ends with 1 where one differs by more than 1e-4 of the largest.
"""

import json
import os
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime
import torch
import torchvision
from safetensors.numpy import load_file, save_file

LIMIT = 1e-4
CLASSES = 11
# Clips of the example, as frames and pixels.
SIZES = [(8, 64), (9, 112)]
TORCHVISION = {
    "r3d18": torchvision.models.video.r3d_18, "mc3_18": torchvision.models.video.mc3_18,
    "r2plus1d18": torchvision.models.video.r2plus1d_18, "resnet18": torchvision.models.resnet18,
}
PICTURES = {"resnet18"}


class Semisup:
    """The command line in a folder of its own."""

    def __init__(self, executable, folder):
        self.executable, self.folder = os.path.abspath(executable), folder

    def __call__(self, *arguments):
        finished = subprocess.run([self.executable, "models", *arguments], cwd=self.folder, capture_output=True, text=True)
        if finished.returncode != 0:
            sys.exit(f"semisup models {' '.join(arguments)}: {finished.returncode}\n{finished.stderr}")
        return [json.loads(line) for line in finished.stdout.splitlines() if line.startswith("{")]

    def path(self, name):
        return os.path.join(self.folder, name)


def random_weights(description):
    """Values for the names and shapes of a backbone, and a classifier."""
    draw = numpy.random.default_rng(1)
    shapes = {entry["name"]: entry["shape"] for entry in description["weights"]}
    shapes |= {"fc.weight": [CLASSES, description["featureCount"]], "fc.bias": [CLASSES]}
    weights = {}
    for name, shape in shapes.items():
        if len(shape) > 1:
            values = draw.normal(0, (2 / numpy.prod(shape[1:])) ** 0.5, shape)
        elif name.endswith("bias") or name.endswith("running_mean"):
            values = draw.uniform(-0.2, 0.2, shape)
        else:
            values = draw.uniform(0.5, 1.5, shape)
        weights[name] = values.astype(numpy.float32)
    return weights


def difference(found, expected):
    return float(abs(found - expected).max() / max(1, abs(expected).max()))


def check_graph(path, example):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return difference(session.run(["logits"], {"clips": example["clips"]})[0], example["logits"])


def check_torchvision(name, path, example):
    network = TORCHVISION[name](weights=None, num_classes=CLASSES).eval()
    network.load_state_dict({key: torch.from_numpy(value) for key, value in load_file(path).items()}, strict=True)
    clips = torch.from_numpy(example["clips"])
    with torch.no_grad():
        # A network of pictures sees each frame; the features are averaged before a linear classifier, or the logits after it.
        frames = [network(frame) for frame in clips.unbind(2)] if name in PICTURES else [network(clips)]
    return difference(torch.stack(frames).mean(0).numpy(), example["logits"])


def check(semisup, name):
    weights = f"{name}.safetensors"
    save_file(random_weights(semisup("info", name, "--json")[0]), semisup.path(weights))
    differences = {}
    for length, size in SIZES:
        graph, state, example = (f"{name}-{length}.{kind}" for kind in ("onnx", "state.safetensors", "example.safetensors"))
        common = [weights, "--backbone", name, f"clip.length={length}", f"clip.size={size}"]
        semisup("export", *common, "--format", "onnx", "--out", graph, "--example", example)
        values = load_file(semisup.path(example))
        differences[f"onnxruntime {length}x{size}x{size}"] = check_graph(semisup.path(graph), values)
        if name in TORCHVISION:
            semisup("export", *common, "--format", "safetensors", "--out", state)
            differences[f"torchvision {length}x{size}x{size}"] = check_torchvision(name, semisup.path(state), values)
    for case, value in differences.items():
        print(f"{name:14} {case:24} {value:.1e}{'' if value <= LIMIT else '  DIFFERS'}", flush=True)
    return max(differences.values()) <= LIMIT


def main():
    with tempfile.TemporaryDirectory() as folder:
        semisup = Semisup(sys.argv[1], folder)
        names = sys.argv[2:] or [entry["name"] for entry in semisup("list", "--json")]
        results = [check(semisup, name) for name in names]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()

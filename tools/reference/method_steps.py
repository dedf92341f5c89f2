"""Twenty steps of a method of several networks, in f64: what cmpl_steps.py and temporal_gradient_steps.py share.

A method is a class made from the options of a variant. Its `networks` are modules by name; its `losses(step)` gives the
terms (name, value, factor), the figures to watch, and the confidences that were compared with the threshold.
Weights are hash values of "{network}.{parameter}", clips of "step{s}.{stream}.{view}", labels of "step{s}.labels".
Order of a step: forward, loss, backward, clipping of the norm over all networks, L2 weight decay on tensors of 2 or more
dimensions, SGD with momentum.
"""

import torch
import torch.nn.functional as F

import reference_files
from hash_values import integers
from video_resnet import VideoResNet18, clips, load_hash_weights, norm

STEPS, CLASSES, WIDTHS = 20, 10, [8, 16, 32, 64]
SAMPLES, CLIP = {"labeled": 2, "unlabeled": 3}, [3, 8, 32, 32]
MOMENTUM = 0.9
# No confidence may be so close to the threshold that rounding decides, no starting weight so telling that rounding shows.
CLOSEST, SENSITIVITY = 1e-6, 1e-11


def view(step, stream, name):
    """The clips of one view of a step."""
    return clips(f"step{step}.{stream}.{name}", [SAMPLES[stream]] + CLIP)


def labels(step):
    """The classes of the labelled clips."""
    return torch.from_numpy(integers(f"step{step}.labels", [SAMPLES["labeled"]], CLASSES))


def pseudo_labels(logits, threshold):
    """Classes, masks and confidences of weak logits; constants."""
    confidence, classes = logits.detach().softmax(1).max(1)
    return classes, (confidence >= threshold).double(), confidence


def masked_cross_entropy(logits, classes, mask):
    """Divided by the whole batch, not by the clips that are kept."""
    return (mask * F.cross_entropy(logits, classes, reduction="none")).mean()


def warmed_up(step, share):
    """Whether labels of unlabelled clips count at this step: not in the first share of all."""
    return step >= share * STEPS


def whole_norm(tensors):
    """The L2 norm over several tensors."""
    return sum(norm(tensor) ** 2 for tensor in tensors) ** 0.5


class Run:
    """A method in one variant, and its optimiser."""

    def __init__(self, method, variant):
        self.method, self.variant = method(variant["options"]), variant
        for name, network in self.method.networks.items():
            load_hash_weights(network.double().train(), prefix=f"{name}.")
        self.parameters = {f"{name}.{key}": parameter for name, network in self.method.networks.items()
                           for key, parameter in network.named_parameters()}
        kernels = [parameter for parameter in self.parameters.values() if parameter.dim() >= 2]
        others = [parameter for parameter in self.parameters.values() if parameter.dim() < 2]
        self.optimiser = torch.optim.SGD(
            [{"params": kernels, "weight_decay": variant["weightDecay"]}, {"params": others, "weight_decay": 0.0}],
            lr=variant["learningRate"], momentum=MOMENTUM, nesterov=variant["nesterov"])

    def step(self, index):
        """One training step; the figures of the record, and how close a confidence came to the threshold."""
        terms, monitors, confidences = self.method.losses(index)
        total = sum(factor * value for _, value, factor in terms)
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        gradient = torch.nn.utils.clip_grad_norm_(self.parameters.values(), self.variant["clipNorm"])
        self.optimiser.step()
        threshold = self.variant["options"]["method.confidenceThreshold"]
        return {"terms": {name: value.item() for name, value, _ in terms}, "total": total.item(),
                "gradientNorm": gradient.item(), "monitors": monitors}, (confidences - threshold).abs().min().item()

    def record(self):
        """The figures of all steps, and the closest that a confidence came to the threshold."""
        steps, closest = zip(*[self.step(index) for index in range(STEPS)])
        return list(steps), min(closest)

    def parameter_norms(self):
        """Of each network and head the norm over its parameters."""
        return {name: whole_norm(network.parameters()) for name, network in self.method.networks.items()}

    def running_norms(self):
        """Of each classifier the norm over its running statistics; those of heads serve nothing."""
        return {name: whole_norm(value for key, value in network.named_buffers() if "running" in key)
                for name, network in self.method.networks.items() if isinstance(network, VideoResNet18)}


def sensitivity(method, variant, exact):
    """What relative changes of +-2^-50 (hash signs) in the starting weights do: per step the largest relative change of a
    term by itself or of the gradient's norm."""
    run = Run(method, variant)
    with torch.no_grad():
        for name, parameter in run.parameters.items():
            signs = torch.from_numpy(2.0 * integers(f"{name}.sign", list(parameter.shape), 2) - 1)
            parameter.mul_(1 + signs * 2.0**-50)

    def figures(step):
        return list(step["terms"].values()) + [step["total"], step["gradientNorm"]]

    return [max(abs(a - b) / abs(b) if b else abs(a) for a, b in zip(figures(moved), figures(step)))
            for moved, step in zip(run.record()[0], exact)]


def write(name, method, variants):
    """Runs all variants, checks that they show what they are for, and writes Tests/Reference/methods/`name`."""
    torch.set_num_threads(1)
    runs = []
    for variant in variants:
        run = Run(method, variant)
        steps, closest = run.record()
        ratios = {key: sum(step["monitors"][key] for step in steps) / STEPS
                  for key in steps[0]["monitors"] if key.endswith("keptRatio")}
        changes = sensitivity(method, variant, steps)
        clipped = sum(step["gradientNorm"] > variant["clipNorm"] for step in steps)
        norms = [step["gradientNorm"] for step in steps]
        print(f"{variant['name']}: kept", {key: round(value, 2) for key, value in ratios.items()},
              f"clipped steps {clipped}, gradients {min(norms):.1f} to {max(norms):.1f}, "
              f"closest to the threshold {closest:.1e}, f64 sensitivity {max(changes):.1e}", flush=True)
        assert all(0.2 <= value <= 0.9 for value in ratios.values()), ratios
        assert closest > CLOSEST and max(changes) < SENSITIVITY, (closest, max(changes))
        runs.append(variant | {
            "options": [f"{key}={value}" for key, value in variant["options"].items()], "steps": steps,
            "parameterNorms": run.parameter_norms(), "runningNorms": run.running_norms(), "f64Sensitivity": changes})
    reference_files.write(name, {
        "network": {"form": "torchvision", "widths": WIDTHS, "classes": CLASSES}, "momentum": MOMENTUM,
        "batch": SAMPLES | {"clip": CLIP, "low": -1.0, "high": 1.0}, "runs": runs}, "methods")

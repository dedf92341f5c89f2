"""fixmatch_steps.json: twenty steps of FixMatch on R3D-18 of width 1/8, in f64, and what f32 makes of them.

Two forms: `separate` (weak clips forwarded without gradient by batch statistics, running buffers untouched; then
[labelled; strong] in ONE forward with gradient, whose batch statistics mix the two and move the buffers) and `joint`
(one forward of [labelled; weak; strong] with gradient; weak logits are cut off only after the network).
Order of a step: forward, loss, backward, clipping, L2 weight decay on tensors of 2 or more dimensions, Nesterov SGD, EMA.
"""

import torch
import torch.nn.functional as F

import reference_files
from hash_values import integers
from video_resnet import VideoResNet18, batch_statistics_only, clips, load_hash_weights, norm

STEPS, CLASSES, WIDTHS = 20, 10, [8, 16, 32, 64]
LABELLED, UNLABELLED, CLIP = 2, 3, [3, 8, 32, 32]
SETTINGS = {"momentum": 0.9, "nesterov": True, "weightDecay": 5e-4, "emaDecay": 0.99,
            "confidenceThreshold": 0.35, "unlabelledWeight": 1.0, "batchNormMomentum": 0.1, "batchNormEpsilon": 1e-5}
# Form, largest gradient norm, learning rate. At 0.02 a ReLU or a mask that flips in f32 sends the runs apart after a
# few steps (in PyTorch's two layouts too); at 0.0005 all twenty steps stay comparable in f32.
VARIANTS = [("separate", 40.0, 0.02), ("separate", 1.0, 0.02), ("joint", 40.0, 0.02), ("joint", 1.0, 0.02),
            ("separate", 1.0, 0.0005), ("joint", 1.0, 0.0005)]
TERMS = ("supervised", "unlabelled", "total")


class Run:
    """One model, its optimiser and its EMA, in one precision and one memory layout."""

    def __init__(self, variant, dtype=torch.float64, layout=torch.contiguous_format):
        self.form, self.clip_norm, learning_rate = variant
        self.dtype, self.layout = dtype, layout
        self.model = load_hash_weights(VideoResNet18(WIDTHS, CLASSES).to(dtype)).to(memory_format=layout).train()
        parameters = list(self.model.parameters())
        self.optimiser = torch.optim.SGD(
            [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": SETTINGS["weightDecay"]},
             {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}],
            lr=learning_rate, momentum=SETTINGS["momentum"], nesterov=True)
        self.ema = {name: value.detach().clone() for name, value in self.floating_state()}

    def floating_state(self):
        return [(name, value) for name, value in self.model.state_dict().items() if value.is_floating_point()]

    def batch(self, step):
        """Labelled, weak and strong clips, and the labels."""
        views = [clips(f"step{step}.{kind}", [count] + CLIP, self.dtype).contiguous(memory_format=self.layout)
                 for kind, count in (("labelled", LABELLED), ("weak", UNLABELLED), ("strong", UNLABELLED))]
        return views, torch.from_numpy(integers(f"step{step}.labels", [LABELLED], CLASSES))

    def logits(self, labelled, weak, strong):
        """Labelled logits, weak logits without gradient, strong logits."""
        if self.form == "joint":
            found = self.model(torch.cat([labelled, weak, strong]).contiguous(memory_format=self.layout))
            labelled, weak, strong = found.split([LABELLED, UNLABELLED, UNLABELLED])
            return labelled, weak.detach(), strong
        with torch.no_grad(), batch_statistics_only(self.model):
            weak = self.model(weak)
        found = self.model(torch.cat([labelled, strong]).contiguous(memory_format=self.layout))
        labelled, strong = found.split([LABELLED, UNLABELLED])
        return labelled, weak, strong

    def step(self, index):
        """One training step; the figures of the record."""
        views, labels = self.batch(index)
        labelled, weak, strong = self.logits(*views)
        confidence, targets = weak.softmax(1).max(1)
        mask = (confidence >= SETTINGS["confidenceThreshold"]).to(self.dtype)
        supervised = F.cross_entropy(labelled, labels)
        unlabelled = (mask * F.cross_entropy(strong, targets, reduction="none")).mean()
        total = supervised + SETTINGS["unlabelledWeight"] * unlabelled
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        gradient = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_norm)
        self.optimiser.step()
        decay = SETTINGS["emaDecay"]
        for name, value in self.floating_state():
            self.ema[name].mul_(decay).add_(value.detach(), alpha=1 - decay)
        return {"supervised": supervised.item(), "unlabelled": unlabelled.item(), "total": total.item(),
                "maskMean": mask.mean().item(), "gradientNorm": gradient.item(), "labels": labels,
                "confidences": confidence.detach().double(), "pseudoLabels": targets,
                "closestToThreshold": (confidence - SETTINGS["confidenceThreshold"]).abs().min().item(),
                "parameterNorm": self.norm_of(dict(self.model.named_parameters())),
                "bufferNorm": self.norm_of({n: v for n, v in self.floating_state() if "running" in n})}

    @staticmethod
    def norm_of(values):
        return sum(norm(value) ** 2 for value in values.values()) ** 0.5

    def record(self):
        steps = [self.step(index) for index in range(STEPS)]
        final = {"norms": {name: norm(value) for name, value in self.floating_state()},
                 "emaNorms": {name: norm(value) for name, value in self.ema.items()}}
        return steps, final


def differences(left, right, exact):
    """Per step the largest difference of a loss term, relative to the exact total loss."""
    return [max(abs(a[term] - b[term]) for term in TERMS) / abs(e["total"]) for a, b, e in zip(left, right, exact)]


def running_maximum(values):
    return [max(values[:index + 1]) for index in range(len(values))]


def f32_record(variant, exact):
    """Losses in f32 in both memory layouts, their difference from each other and from f64, and the largest so far."""
    layouts = {"default": torch.contiguous_format, "channelsLast": torch.channels_last_3d}
    runs = {name: Run(variant, torch.float32, layout).record()[0] for name, layout in layouts.items()}
    found = {name: {term: [step[term] for step in run] for term in TERMS + ("gradientNorm", "maskMean")}
             for name, run in runs.items()}
    between = differences(runs["default"], runs["channelsLast"], exact)
    return found | {"betweenLayouts": between, "betweenLayoutsSoFar": running_maximum(between),
                    "defaultFromF64": differences(runs["default"], exact, exact),
                    "channelsLastFromF64": differences(runs["channelsLast"], exact, exact)}


def f64_sensitivity(variant, exact):
    """What relative changes of +-2^-50 (hash signs) in the starting weights do to the losses: rounding to expect."""
    run = Run(variant)
    with torch.no_grad():
        for name, parameter in run.model.named_parameters():
            signs = torch.from_numpy(2.0 * integers(f"{name}.sign", list(parameter.shape), 2) - 1)
            parameter.mul_(1 + signs * 2.0**-50)
    return differences(run.record()[0], exact, exact)


def main():
    torch.set_num_threads(1)
    runs = []
    for variant in VARIANTS:
        form, clip_norm, learning_rate = variant
        steps, final = Run(variant).record()
        kept = sum(step["maskMean"] for step in steps) / STEPS
        assert 0.2 <= kept <= 0.9, f"{variant}: kept {kept}"
        clipped = sum(step["gradientNorm"] > clip_norm for step in steps)
        single, sensitivity = f32_record(variant, steps), f64_sensitivity(variant, steps)
        print(f"{variant}: kept {kept:.2f}, clipped steps {clipped}, closest to the threshold "
              f"{min(step['closestToThreshold'] for step in steps):.1e}, f64 sensitivity {max(sensitivity):.1e}")
        for key in ("betweenLayouts", "defaultFromF64"):
            print(f"  f32 {key:15}", " ".join(f"{value:.0e}" for value in single[key]))
        runs.append({"form": form, "clipNorm": clip_norm, "learningRate": learning_rate, "keptRatio": kept,
                     "clippedSteps": clipped, "steps": steps, **final, "f64Sensitivity": sensitivity, "f32": single})
    reference_files.write("fixmatch_steps.json", {
        "network": {"form": "torchvision", "widths": WIDTHS, "classes": CLASSES}, "settings": SETTINGS,
        "batch": {"labelled": LABELLED, "unlabelled": UNLABELLED, "clip": CLIP, "low": -1.0, "high": 1.0}, "runs": runs})


if __name__ == "__main__":
    main()

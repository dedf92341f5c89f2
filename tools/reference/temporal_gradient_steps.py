"""methods/temporal_gradient_steps.json: twenty steps of learning from temporal gradient (card: temporal_gradient.md) on two
networks R3D-18 of width 1/8, in f64, written from the card.

Each network forwards [labelled; weak; strong] at once with gradient; labels come from the averaged weak logits (or, as an
ablation, from each network's own). Alignment and contrast look at labelled and weak clips. Choices that the card leaves:
L1 and L2 are means over all elements; the dense contrast takes each place of the last stage as a row, so that all other
places of all clips are negatives; other clips of the same videos go through the gradient network in a forward of their
own, after the others.
"""

import torch
import torch.nn.functional as F
from torch import nn

import method_steps
from method_steps import CLASSES, SAMPLES, WIDTHS, labels, masked_cross_entropy, pseudo_labels, view, warmed_up
from video_resnet import VideoResNet18

DEFAULTS = {"method.confidenceThreshold": 0.25, "method.unlabeledWeight": 0.5, "method.warmupShare": 0.0,
            "method.producer": "average", "method.labeledWeight": 0.5, "method.alignmentWeight": 1.0,
            "method.alignmentDistance": "cosine", "method.alignmentConstant": "gradient", "method.contrastWeight": 1.0,
            "method.contrastTemperature": 0.5, "method.contrast": "pooled", "method.contrastPositive": "sameClip",
            "method.projection": "separate", "method.projectionWidth": 16}


def projection(inputs, width):
    """Three linear layers without bias, each normalised, the last without factors."""
    return nn.Sequential(nn.Linear(inputs, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(),
                         nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(),
                         nn.Linear(width, width, bias=False), nn.BatchNorm1d(width, affine=False))


def distance(kind, rgb, gradient):
    """How far apart two features [N, C, T, H, W] are."""
    if kind == "cosine":
        return 1 - F.cosine_similarity(rgb, gradient, dim=1).mean()
    return F.l1_loss(rgb, gradient) if kind == "l1" else F.mse_loss(rgb, gradient)


def contrast(rgb, gradient, temperature):
    """CE against the diagonal in both directions; only pairs of the two modalities are compared."""
    similarity = F.normalize(rgb, dim=1) @ F.normalize(gradient, dim=1).T / temperature
    diagonal = torch.arange(len(similarity))
    return 0.5 * (F.cross_entropy(similarity, diagonal) + F.cross_entropy(similarity.T, diagonal))


class TemporalGradient:
    """The networks of pictures and of frame differences, and their projection heads."""

    def __init__(self, options):
        self.options = {key.removeprefix("method."): value for key, value in options.items()}
        width = self.options["projectionWidth"]
        self.networks = {"rgb": VideoResNet18(WIDTHS, CLASSES), "gradient": VideoResNet18(WIDTHS, CLASSES),
                         "rgbProjection": projection(WIDTHS[3], width)}
        self.heads = {"rgb": self.networks["rgbProjection"], "gradient": self.networks["rgbProjection"]}
        if self.options["projection"] == "separate":
            self.heads["gradient"] = self.networks["gradientProjection"] = projection(WIDTHS[3], width)

    def forward(self, name, clips):
        """Labelled, weak and strong logits, and the four stages' features of labelled and weak clips."""
        stages = self.networks[name].stages(torch.cat(clips))
        logits = self.networks[name].head(stages["layer4"]).split([len(clip) for clip in clips])
        aligned = len(clips[0]) + len(clips[1])
        return logits, [stages[f"layer{index}"][:aligned] for index in range(1, 5)]

    def embedding(self, name, features):
        """Of pooled features, or of the features at every place."""
        if self.options["contrast"] == "dense":
            return self.heads[name](features.movedim(1, -1).flatten(0, -2))
        return self.heads[name](features.mean((2, 3, 4)))

    def contrast(self, step, rgb, gradient):
        """Between RGB clips and the gradients of the same frames, or of another clip of the video."""
        if self.options["contrastPositive"] == "otherClip":
            clips = torch.cat([view(step, stream, "otherGradient") for stream in SAMPLES])
            gradient = self.networks["gradient"].stages(clips)["layer4"]
        u, v = self.embedding("rgb", rgb), self.embedding("gradient", gradient)
        return contrast(u, v, self.options["contrastTemperature"])

    def unlabelled(self, weak_rgb, weak_gradient):
        """Labels and masks of both networks, what to watch, and all confidences."""
        threshold = self.options["confidenceThreshold"]
        if self.options["producer"] == "average":
            *labelling, confidence = pseudo_labels((weak_rgb + weak_gradient) / 2, threshold)
            return labelling, labelling, {"keptRatio": labelling[1].mean().item()}, confidence
        *by_rgb, confidence_rgb = pseudo_labels(weak_rgb, threshold)
        *by_gradient, confidence_gradient = pseudo_labels(weak_gradient, threshold)
        monitors = {"keptRatio": by_rgb[1].mean().item(), "gradient.keptRatio": by_gradient[1].mean().item()}
        return by_rgb, by_gradient, monitors, torch.cat([confidence_rgb, confidence_gradient])

    def losses(self, step):
        """The terms of the card, each before its weight."""
        views = [("labeled", "clip", "gradient"), ("unlabeled", "weak", "weakGradient"),
                 ("unlabeled", "strong", "strongGradient")]
        (labelled, weak, strong), features = self.forward("rgb", [view(step, stream, x) for stream, x, _ in views])
        (labelled_g, weak_g, strong_g), features_g = self.forward(
            "gradient", [view(step, stream, g) for stream, _, g in views])
        by_rgb, by_gradient, monitors, confidences = self.unlabelled(weak, weak_g)
        half, weight = self.options["labeledWeight"], self.options["unlabeledWeight"]
        terms = [("rgb.supervised", F.cross_entropy(labelled, labels(step)), half),
                 ("gradient.supervised", F.cross_entropy(labelled_g, labels(step)), half)]
        if warmed_up(step, self.options["warmupShare"]):
            terms += [("rgb.unlabeled", masked_cross_entropy(strong, *by_rgb), weight),
                      ("gradient.unlabeled", masked_cross_entropy(strong_g, *by_gradient), weight)]
        constant = self.options["alignmentConstant"]
        for index, (x, g) in enumerate(zip(features, features_g), 1):
            x, g = x.detach() if constant == "rgb" else x, g.detach() if constant == "gradient" else g
            terms.append((f"alignment{index}", distance(self.options["alignmentDistance"], x, g),
                          self.options["alignmentWeight"]))
        terms.append(("contrast", self.contrast(step, features[3], features_g[3]), self.options["contrastWeight"]))
        return terms, monitors, confidences


def variant(name, clip_norm=5.0, **changes):
    options = DEFAULTS | {f"method.{key}": value for key, value in changes.items()}
    return {"name": name, "options": options, "clipNorm": clip_norm, "learningRate": 0.01, "nesterov": False,
            "weightDecay": 1e-4}


VARIANTS = [
    variant("default"),
    variant("l2 without a constant, one projection", clip_norm=2.0, alignmentDistance="l2", alignmentConstant="none", projection="shared"),
    variant("dense contrast, each its own labels", clip_norm=40.0, contrast="dense", producer="individual", confidenceThreshold=0.3, warmupShare=0.15),
    variant("other clips, l1 with RGB constant", clip_norm=2.0, contrastPositive="otherClip", alignmentDistance="l1",
            alignmentConstant="rgb", contrastTemperature=0.2, alignmentWeight=0.5)]

if __name__ == "__main__":
    method_steps.write("temporal_gradient_steps.json", TemporalGradient, VARIANTS)

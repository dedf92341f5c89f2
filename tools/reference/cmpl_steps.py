"""methods/cmpl_steps.json: twenty steps of cross-model pseudo-labelling (card: cmpl.md) on R3D-18 of width 1/8 and one of
half its channels, in f64, written from the card.

Weak clips are forwarded as for FixMatch, alike for both networks: `separate` (without gradient, by batch statistics,
running buffers untouched; then [labelled; strong] with gradient) or `joint` ([labelled; weak; strong] with gradient).
`exchange` of `swapped`: labels AND masks come from the other network. `mean`: both from the mean of the two logits.
"""

import torch
import torch.nn.functional as F

import method_steps
from method_steps import CLASSES, WIDTHS, labels, masked_cross_entropy, pseudo_labels, view, warmed_up
from video_resnet import VideoResNet18, batch_statistics_only


class CMPL:
    """F, the primary, and A, the auxiliary."""

    def __init__(self, options):
        self.options = options
        fewest, width = options["method.auxiliaryFewestChannels"], options["method.auxiliaryWidth"]
        narrow = [max(fewest, round(width * channels)) for channels in WIDTHS]
        self.networks = {"primary": VideoResNet18(WIDTHS, CLASSES), "auxiliary": VideoResNet18(narrow, CLASSES)}

    def logits(self, network, labelled, weak, strong):
        """Labelled, weak and strong logits of one network."""
        if self.options["method.forward"] == "joint":
            return network(torch.cat([labelled, weak, strong])).split([len(labelled), len(weak), len(strong)])
        with torch.no_grad(), batch_statistics_only(network):
            by_weak = network(weak)
        by_labelled, by_strong = network(torch.cat([labelled, strong])).split([len(labelled), len(strong)])
        return by_labelled, by_weak, by_strong

    def losses(self, step):
        """L = CE(F(x), y) + CE(A(x), y) + lambda (1 / |u|) sum [mA CE(F(s), yA) + mF CE(A(s), yF)]."""
        # Both networks see the same tensors, and both predict before either is moved.
        clips = view(step, "labeled", "clip"), view(step, "unlabeled", "weak"), view(step, "unlabeled", "strong")
        labelled_f, weak_f, strong_f = self.logits(self.networks["primary"], *clips)
        labelled_a, weak_a, strong_a = self.logits(self.networks["auxiliary"], *clips)
        threshold = self.options["method.confidenceThreshold"]
        if self.options["method.exchange"] == "mean":
            weak_f = weak_a = (weak_f + weak_a) / 2
        classes_f, mask_f, confidence_f = pseudo_labels(weak_f, threshold)
        classes_a, mask_a, confidence_a = pseudo_labels(weak_a, threshold)
        terms = [("primary.supervised", F.cross_entropy(labelled_f, labels(step)), 1.0),
                 ("auxiliary.supervised", F.cross_entropy(labelled_a, labels(step)), 1.0)]
        if warmed_up(step, self.options["method.warmupShare"]):
            weight = self.options["method.unlabeledWeight"]
            terms += [("primary.unlabeled", masked_cross_entropy(strong_f, classes_a, mask_a), weight),
                      ("auxiliary.unlabeled", masked_cross_entropy(strong_a, classes_f, mask_f), weight)]
        monitors = {"keptRatio": mask_f.mean().item(), "auxiliary.keptRatio": mask_a.mean().item(),
                    "agreement": (classes_f == classes_a).double().mean().item()}
        return terms, monitors, torch.cat([confidence_f, confidence_a])


def variant(exchange, forward, threshold, clip_norm, nesterov, warmup=0.0, weight=1.0):
    return {"name": f"{exchange}, {forward}", "options": {
        "method.exchange": exchange, "method.forward": forward, "method.confidenceThreshold": threshold,
        "method.unlabeledWeight": weight, "method.warmupShare": warmup, "method.auxiliaryWidth": 0.5,
        "method.auxiliaryFewestChannels": 4}, "clipNorm": clip_norm, "learningRate": 0.01, "nesterov": nesterov,
        "weightDecay": 1e-4}


VARIANTS = [variant("swapped", "separate", 0.35, 40.0, True), variant("swapped", "joint", 0.35, 5.0, True),
            variant("mean", "separate", 0.3, 40.0, False, warmup=0.15, weight=0.5)]

if __name__ == "__main__":
    method_steps.write("cmpl_steps.json", CMPL, VARIANTS)

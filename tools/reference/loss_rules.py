"""The options of fixmatch.md in numpy f64: targets, thresholds, weights, alignment, losses with their gradients.

Independent of PyTorch. Every loss returns its value and its gradient with respect to the trained logits.
"""

import math

import numpy as np


def softmax(logits):
    """Row-wise softmax."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def log_softmax(logits):
    """Row-wise logarithm of the softmax."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def cross_entropies(logits, targets):
    """Per sample: -sum_c q_c log softmax(z)_c; `targets` are labels [B] or probabilities [B, C]."""
    targets = one_hot(targets, logits.shape[1]) if targets.ndim == 1 else targets
    return -(targets * log_softmax(logits)).sum(axis=1)


def weighted_cross_entropy(logits, targets, weights):
    """sum_b w_b CE_b / B and its gradient."""
    soft = one_hot(targets, logits.shape[1]) if targets.ndim == 1 else targets
    count = logits.shape[0]
    gradient = weights[:, None] * (softmax(logits) * soft.sum(axis=1, keepdims=True) - soft) / count
    return (weights * cross_entropies(logits, soft)).sum() / count, gradient


def squared_error(logits, targets):
    """Mean Teacher: mean over samples and classes of (softmax(z) - q)^2, and its gradient."""
    probabilities = softmax(logits)
    difference = probabilities - targets
    upstream = 2 * difference / difference.size
    gradient = probabilities * (upstream - (upstream * probabilities).sum(axis=1, keepdims=True))
    return np.mean(difference**2), gradient


def fixed_weights(probabilities, threshold):
    """FixMatch: 1 where the largest probability is at least the threshold."""
    return (probabilities.max(axis=1) >= threshold).astype(np.float64)


FLEX_MAPS = {
    "convex": lambda a: a / (2 - a),
    "linear": lambda a: (a + 1) / 2,
    "lowLimit": lambda a: 1 / (2 - a),
    "concave": lambda a: (np.log(a + 1) + 0.5) / (math.log(2) + 0.5),
}


class FlexMatch:
    """Per-class thresholds by learning status."""

    def __init__(self, samples, classes, threshold, mapping="convex", warm_up=True):
        self.selected = np.full(samples, -1)
        self.accuracy = np.zeros(classes)
        self.threshold, self.mapping, self.warm_up = threshold, mapping, warm_up

    def thresholds(self):
        return self.threshold * FLEX_MAPS[self.mapping](self.accuracy)

    def weights(self, probabilities, samples):
        """The mask by the OLD status; then the status is updated."""
        confidence, labels = probabilities.max(axis=1), probabilities.argmax(axis=1)
        mask = (confidence >= self.thresholds()[labels]).astype(np.float64)
        for sample, label, value in zip(samples, labels, confidence):
            if value >= self.threshold:
                self.selected[sample] = label
        self.update()
        return mask

    def update(self):
        """acc_c = count_c / largest count; with warm-up the count of unset samples competes too."""
        if (self.selected == -1).all():
            return
        counts = np.array([(self.selected == label).sum() for label in range(len(self.accuracy))])
        largest = max(counts.max(), (self.selected == -1).sum() if self.warm_up else 0)
        self.accuracy = counts / largest

    def state(self):
        return {"selected": self.selected.copy(), "accuracy": self.accuracy.copy(), "thresholds": self.thresholds()}


class FreeMatch:
    """Self-adaptive thresholds; the state is updated FIRST."""

    def __init__(self, classes, momentum, quantile=False, clips=False):
        self.time, self.model, self.histogram = 1 / classes, np.full(classes, 1 / classes), np.full(classes, 1 / classes)
        self.momentum, self.quantile, self.clips = momentum, quantile, clips

    def thresholds(self):
        return self.time * self.model / self.model.max()

    def weights(self, probabilities):
        confidence, labels = probabilities.max(axis=1), probabilities.argmax(axis=1)
        level = np.quantile(confidence, 0.8) if self.quantile else confidence.mean()
        m, counts = self.momentum, np.bincount(labels, minlength=len(self.model))
        self.time = m * self.time + (1 - m) * level
        self.time = min(max(self.time, 0.0), 0.95) if self.clips else self.time
        self.model = m * self.model + (1 - m) * probabilities.mean(axis=0)
        self.histogram = m * self.histogram + (1 - m) * counts / len(labels)
        return (confidence >= self.thresholds()[labels]).astype(np.float64)

    def state(self):
        return {"timeP": self.time, "pModel": self.model.copy(), "labelHistogram": self.histogram.copy(),
                "thresholds": self.thresholds()}

    def fairness(self, strong_logits, mask):
        """sum_c r_c ln(u_c + 1e-12) over the kept samples; 0 when none is kept. Gradient through the mean only."""
        kept = mask > 0
        gradient = np.zeros_like(strong_logits)
        if not kept.any():
            return 0.0, gradient
        probabilities = softmax(strong_logits[kept])
        counts = np.bincount(probabilities.argmax(axis=1), minlength=strong_logits.shape[1]) / kept.sum()
        inverse = np.divide(1.0, counts, out=np.zeros_like(counts), where=counts > 0)
        ratio = np.divide(self.model, self.histogram, out=np.zeros_like(self.model), where=self.histogram > 0)
        ratio = ratio / ratio.sum()
        scaled = probabilities.mean(axis=0) * inverse
        total = scaled.sum()
        u = scaled / total
        by_u = ratio / (u + 1e-12)
        by_scaled = (by_u - (by_u * u).sum()) / total
        by_probability = (by_scaled * inverse / kept.sum())[None, :]
        gradient[kept] = probabilities * (by_probability - (by_probability * probabilities).sum(axis=1, keepdims=True))
        return (ratio * np.log(u + 1e-12)).sum(), gradient


class SoftMatch:
    """Truncated Gaussian weights on (aligned) probabilities; the state is updated first."""

    def __init__(self, classes, momentum, sigmas=2):
        self.mean, self.variance = 1 / classes, 1.0
        self.momentum, self.sigmas = momentum, sigmas

    def weights(self, probabilities):
        confidence, m = probabilities.max(axis=1), self.momentum
        self.mean = m * self.mean + (1 - m) * confidence.mean()
        self.variance = m * self.variance + (1 - m) * confidence.var(ddof=1)
        return self.weights_of(confidence)

    def weights_of(self, confidence):
        below = np.minimum(confidence - self.mean, 0)
        return np.exp(-(below**2) / (2 * self.variance / self.sigmas**2))

    def state(self):
        return {"mean": self.mean, "variance": self.variance}


class Alignment:
    """Distribution alignment. model: an EMA that starts at the first batch mean, or the mean of a queue of batch
    means (of those stored so far). target: uniform, given, or an EMA of labelled batch means from a uniform start."""

    def __init__(self, classes, momentum=0.999, queue=None, target=None, follows_labelled=False):
        self.target = np.full(classes, 1 / classes) if target is None else np.asarray(target, dtype=np.float64)
        self.momentum, self.queue_length, self.follows = momentum, queue, follows_labelled
        self.model, self.queue = None, []

    def aligned(self, probabilities, labelled_probabilities=None):
        batch, m = probabilities.mean(axis=0), self.momentum
        if self.queue_length is not None:
            self.queue = (self.queue + [batch])[-self.queue_length:]
            self.model = np.mean(self.queue, axis=0)
        else:
            self.model = batch if self.model is None else m * self.model + (1 - m) * batch
        if self.follows:
            self.target = m * self.target + (1 - m) * labelled_probabilities.mean(axis=0)
        scaled = probabilities * (self.target + 1e-6) / (self.model + 1e-6)
        return scaled / scaled.sum(axis=1, keepdims=True)

    def state(self):
        return {"pModel": self.model.copy(), "pTarget": self.target.copy(), "stored": len(self.queue)}


def sharpened(logits, temperature):
    """softmax(z / T)."""
    return softmax(logits / temperature)


ANNEALING = {
    "linear": lambda t: t,
    "exponential": lambda t: math.exp(5 * (t - 1)),
    "logarithmic": lambda t: 1 - math.exp(-5 * t),
}


def annealing_threshold(kind, progress, classes):
    """eta_t: a labelled sample counts only while its largest probability is at most this."""
    return ANNEALING[kind](progress) * (1 - 1 / classes) + 1 / classes


def annealed_cross_entropy(logits, labels, threshold):
    """The labelled loss under training signal annealing, divided by the full batch."""
    weights = (softmax(logits).max(axis=1) <= threshold).astype(np.float64)
    return weighted_cross_entropy(logits, labels, weights) + (weights,)


def ramp(step, total):
    """Weight of Mean Teacher's and pseudo-label's unlabelled loss: min(1, step / (0.4 total))."""
    return min(1.0, step / (0.4 * total))

"""metrics.json: classification metrics and learning-rate schedules; the worked values of protocol.md are asserted."""

import math
from fractions import Fraction

import numpy as np

import reference_files
from hash_values import integers, uniform


def close(what, found, printed, tolerance=1e-6):
    error = np.max(np.abs(np.asarray(found, dtype=np.float64) - np.asarray(printed)))
    assert error < tolerance, f"{what}: found {found}, the card says {printed}"


def softmax(logits):
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def ranking(scores):
    """Classes from best to worst: the higher score first, equal scores by class index."""
    return np.lexsort((np.arange(len(scores)), -np.asarray(scores)))


def top_k(scores, labels, k):
    """Share of rows with the label among the k best, and the rows whose k-th and (k+1)-th best scores are equal."""
    orders = [ranking(row) for row in scores]
    hits = sum(label in order[:k] for order, label in zip(orders, labels))
    tied = sum(k < len(row) and row[order[k - 1]] == row[order[k]] for order, row in zip(orders, scores))
    return {"k": k, "accuracy": hits / len(labels), "tied": int(tied)}


def confusion_matrix(labels, predictions, classes):
    """Rows: truth; columns: prediction."""
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (labels, predictions), 1)
    return matrix


def confusion_summary(matrix):
    """Top-1 and the mean over classes that occur in the truth."""
    matrix = np.asarray(matrix)
    counts = matrix.sum(axis=1)
    occurs = counts > 0
    return {"confusion": matrix, "top1": np.trace(matrix) / matrix.sum(),
            "meanClass": (np.diag(matrix)[occurs] / counts[occurs]).mean()}


def mcnemar(b, c):
    """Exact two-sided p of the discordant counts, from whole numbers."""
    tail = sum(math.comb(b + c, i) for i in range(min(b, c) + 1))
    return float(min(Fraction(1), Fraction(2 * tail, 2 ** (b + c))))


def averaging():
    """protocol.md section 8: mean logits and mean probabilities can disagree."""
    views = np.array([[6, 0, 0], [0, 2, 0], [0, 2.5, 0]])
    by_logit, by_probability = softmax(views.mean(axis=0)), softmax(views).mean(axis=0)
    close("mean logits", by_logit, [0.574097, 0.348207, 0.077696])
    close("mean probabilities", by_probability, [0.390694, 0.549478, 0.059828])
    assert by_logit.argmax() == 0 and by_probability.argmax() == 1
    return {"views": views, "logit": by_logit, "probability": by_probability}


def rankings():
    """Ties, a hash set of scores rounded to quarters so that ties occur, and its confusion matrix."""
    assert ranking([0.4, 0.4, 0.2])[0] == 0
    scores = np.round(uniform("metrics.scores", [40, 7], -1, 1) * 4) / 4
    labels = integers("metrics.labels", [40], 6)  # class 6 never occurs in the truth
    predictions = np.array([ranking(row)[0] for row in scores])
    return {"name": "metrics.scores", "shape": [40, 7], "roundedToMultiplesOf": 0.25, "labels": labels,
            "scoresTimesFour": (scores * 4).astype(np.int64), "predictions": predictions,
            "topK": [top_k(scores, labels, k) for k in (1, 2, 5, 7)],
            **confusion_summary(confusion_matrix(labels, predictions, 7)),
            "predictedButAbsentFromTruth": int((predictions == 6).sum())}


def worked_confusion():
    found = confusion_summary([[8, 2, 0], [1, 3, 0], [0, 1, 1]])
    close("top-1", found["top1"], 0.75)
    close("mean class", found["meanClass"], 0.683333)
    return found


def intervals():
    """Binomial half-widths in points (section 2), z = 1.96 (the card rounds z)."""
    rows = []
    for percent, count, printed in ((44.8, 3783, 1.584698), (46.5, 1530, 2.499273), (17.6, 19761, 0.530972)):
        share = percent / 100
        half = 100 * 1.96 * math.sqrt(share * (1 - share) / count)
        close(f"half-width {percent}", half, printed)
        rows.append({"percent": percent, "count": count, "halfWidth": half})
    return rows


def comparisons():
    rows = []
    for b, c, printed in ((12, 4, 0.076813), (100, 80, 0.156531), (0, 0, 1.0), (5, 5, 1.0), (0, 6, 0.03125),
                          (700, 500, None)):
        p = mcnemar(b, c)
        if printed is not None:
            close(f"McNemar {b} {c}", p, printed)
        rows.append({"b": b, "c": c, "p": p})
    return rows


def seeds():
    values = np.array([44.1, 45.0, 44.6])
    close("mean", values.mean(), 44.566667)
    close("sd", values.std(ddof=1), 0.450925)
    return {"values": values, "mean": values.mean(), "standardDeviation": values.std(ddof=1)}


def clip_starts(frames, window, count):
    """Test clips of the temporal-gradient code: start = floor(i a + a / 2), a = (N - W + 1) / n; all 0 when N < W."""
    if frames < window:
        return [0] * count
    step = Fraction(frames - window + 1, count)
    return [math.floor(i * step + step / 2) for i in range(count)]


def sampling():
    assert clip_starts(180, 64, 10) == [5, 17, 29, 40, 52, 64, 76, 87, 99, 111]
    assert clip_starts(180, 64, 1) == [58]
    return [{"frames": n, "window": w, "clips": k, "starts": clip_starts(n, w, k)}
            for n, w, k in ((180, 64, 10), (180, 64, 1), (64, 64, 10), (63, 64, 3), (65, 64, 2), (300, 57, 5))]


def precise_statistics():
    """Average of batch means, average of unbiased batch variances; beside it momentum 0.1 from 0 and 1."""
    batches = np.array([[1.0, 3.0], [5.0, 9.0]])
    means, variances = batches.mean(axis=1), batches.var(axis=1, ddof=1)
    close("precise mean", means.mean(), 4.5)
    close("precise variance", variances.mean(), 5.0)
    mean, variance = 0.0, 1.0
    for batch_mean, batch_variance in zip(means, variances):
        mean, variance = 0.9 * mean + 0.1 * batch_mean, 0.9 * variance + 0.1 * batch_variance
    close("running mean", mean, 0.88)
    close("running variance", variance, 1.79)
    return {"batches": batches, "mean": means.mean(), "variance": variances.mean(),
            "momentumMean": mean, "momentumVariance": variance}


def image_cosine(t):
    """FixMatch's image schedule as a factor of the rate: cos(7 pi t / 16), t in [0, 1]."""
    return math.cos(7 * math.pi * t / 16)


def cosine_to_zero(t):
    return 0.5 * (1 + math.cos(math.pi * t))


def warm_up_factor(t, warm_up, start):
    """Linear from `start` at 0 to 1 at `warm_up` (a share of the whole), then 1."""
    return 1.0 if t >= warm_up else 1 - (1 - t / warm_up) * (1 - start)


def video_factor(step, steps_an_epoch, epochs, warm_up_epochs, start, by_epoch):
    """The video baseline's (mmcv's) schedule: cosine over ALL epochs TIMES the warm-up factor.

    The library moves the cosine by epochs (`by_epoch`) and the warm-up by steps.
    """
    whole = (step // steps_an_epoch) / epochs if by_epoch else step / (steps_an_epoch * epochs)
    return cosine_to_zero(whole) * warm_up_factor(step / (steps_an_epoch * epochs), warm_up_epochs / epochs, start)


def warm_up_then_cosine(t, warm_up, start):
    """The other common reading: linear from `start` to 1, and only then the cosine, from 1 at `warm_up` to 0 at 1."""
    return warm_up_factor(t, warm_up, start) if t < warm_up else cosine_to_zero((t - warm_up) / (1 - warm_up))


def schedules():
    times = [0.0, 0.05, 0.1, 1 / 6, 0.25, 0.5, 0.75, 0.999, 1.0]
    image = [image_cosine(t) for t in times]
    close("lr at 0, .25, .5, 1", [0.03 * image_cosine(t) for t in (0, 0.25, 0.5, 1)],
          [0.030000, 0.028246, 0.023190, 0.005853])
    video = {"stepsAnEpoch": 10, "epochs": 18, "warmUpEpochs": 3, "start": 0.1}
    steps = [0, 1, 9, 10, 15, 29, 30, 31, 60, 90, 100, 170, 179]
    return {"times": times, "imageCosine": image, "cosineToZero": [cosine_to_zero(t) for t in times],
            "warmUpThenCosine": {"warmUp": 0.1, "start": 0.1, "factors": [warm_up_then_cosine(t, 0.1, 0.1) for t in times]},
            "warmUpTimesCosine": video | {
                "steps": steps,
                "cosineByEpoch": [video_factor(step, 10, 18, 3, 0.1, True) for step in steps],
                "cosineByStep": [video_factor(step, 10, 18, 3, 0.1, False) for step in steps]}}


def main():
    reference_files.write("metrics.json", {
        "averaging": averaging(), "rankings": rankings(), "workedConfusion": worked_confusion(),
        "binomialHalfWidths": intervals(), "mcnemar": comparisons(), "seeds": seeds(), "clipStarts": sampling(),
        "preciseStatistics": precise_statistics(), "schedules": schedules()})


if __name__ == "__main__":
    main()

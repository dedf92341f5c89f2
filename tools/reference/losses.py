"""losses.json: the worked example of fixmatch.md, asserted, then eight hash batches with every state after each step."""

import numpy as np

import loss_rules as rules
import reference_files
from hash_values import integers, permutation, uniform

LABELLED, UNLABELLED, CLASSES, SAMPLES, STEPS = 4, 4, 5, 20, 8
REACH = 5.0  # logits lie in [-REACH, REACH)
WEAK = np.array([[4, 0, 0], [1, 0.5, 0], [0, 3, -1], [0, 0.2, 2.2]])
STRONG = np.array([[1, 0, 0], [0.5, 0.5, 0], [0, 1, 1], [0, 0, 1]], dtype=np.float64)


def close(what, found, printed):
    """The card's printed digits (6 decimals) must be ours to 1e-5."""
    error = np.max(np.abs(np.asarray(found, dtype=np.float64) - np.asarray(printed)))
    assert error < 1e-5, f"{what}: found {found}, the card says {printed}"


def worked_example():
    """Section "A tiny worked example" of fixmatch.md."""
    p = rules.softmax(WEAK)
    labels = p.argmax(axis=1)
    crosses = rules.cross_entropies(STRONG, labels)
    close("q", p.max(axis=1), [0.964663, 0.506480, 0.936240, 0.802479])
    assert labels.tolist() == [0, 0, 1, 2]
    close("CE", crosses, [0.551445, 0.958020, 0.861995, 0.551445])
    fixmatch = {tau: rules.weighted_cross_entropy(STRONG, labels, rules.fixed_weights(p, tau))[0]
                for tau in (0.95, 0.9, 0.8, 0.3)}
    close("L_u", list(fixmatch.values()), [0.137861, 0.353360, 0.491221, 0.730726])
    kept = rules.fixed_weights(p, 0.9)
    close("wrong mean over kept", (kept * crosses).sum() / kept.sum(), 0.706720)
    result = {"weak": WEAK, "strong": STRONG, "probabilities": p, "crossEntropies": crosses,
              "fixmatch": [{"threshold": tau, "loss": loss} for tau, loss in fixmatch.items()]}
    result |= worked_thresholds(p) | worked_softmatch(p, crosses) | worked_targets(p)
    return result


def worked_thresholds(p):
    flex = {}
    for warm_up, accuracy, thresholds in ((True, [0.6, 0.4, 0], [0.407143, 0.237500, 0]),
                                          (False, [1, 0.666667, 0], [0.95, 0.475, 0])):
        state = rules.FlexMatch(10, 3, 0.95, warm_up=warm_up)
        state.selected = np.array([0, 0, 0, 1, 1, -1, -1, -1, -1, -1])
        state.update()
        close("FlexMatch accuracy", state.accuracy, accuracy)
        close("FlexMatch thresholds", state.thresholds(), thresholds)
        flex["withWarmUp" if warm_up else "withoutWarmUp"] = state.state()
    free = rules.FreeMatch(3, 0.9)
    mask = free.weights(p)
    close("time_p", free.time, 0.380247)
    close("p_model", free.model, [0.340167, 0.334243, 0.325590])
    close("label_hist", free.histogram, [0.350, 0.325, 0.325])
    close("FreeMatch thresholds", free.thresholds(), [0.380247, 0.373624, 0.363953])
    assert mask.all()
    fairness, gradient = free.fairness(STRONG, mask)
    return {"flexmatch": flex, "freematch": free.state() | {"fairness": fairness, "fairnessGradient": gradient}}


def worked_softmatch(p, crosses):
    aligned = rules.Alignment(3).aligned(p)
    close("aligned", aligned, [[0.952170, 0.020457, 0.027373], [0.436894, 0.310834, 0.252273],
                               [0.039781, 0.937249, 0.022970], [0.060247, 0.086316, 0.853437]])
    soft = rules.SoftMatch(3, 0.9)
    close("SoftMatch weights", soft.weights(aligned), [1, 1, 1, 1])
    close("SoftMatch mu", soft.mean, 0.379494)
    close("SoftMatch var", soft.variance, 0.905886)
    given = rules.SoftMatch(3, 0.9)
    given.mean, given.variance = 0.9, 0.01
    weights = given.weights_of(aligned.max(axis=1))
    close("SoftMatch given weights", weights, [1, 0, 1, 0.648153])
    close("SoftMatch given loss", (weights * crosses).mean(), 0.442715)
    return {"aligned": aligned, "softmatch": soft.state(),
            "softmatchGiven": {"mean": 0.9, "variance": 0.01, "weights": weights, "loss": (weights * crosses).mean()}}


def worked_targets(p):
    sharp = rules.sharpened(WEAK, 0.4)
    close("UDA row 2", sharp[1], [0.730679, 0.209343, 0.059978])
    close("normalised p^(1/T)", p[1] ** 2.5 / (p[1] ** 2.5).sum(), sharp[1])
    close("UDA soft CE", rules.cross_entropies(STRONG, sharp)[1], 0.988009)
    annealing = {}
    for kind, printed in (("linear", [0.009901, 0.257426, 0.504950, 1]),
                          ("exponential", [0.016572, 0.033186, 0.091173, 1]),
                          ("logarithmic", [0.009901, 0.716332, 0.918728, 0.993329])):
        annealing[kind] = [rules.annealing_threshold(kind, t, 101) for t in (0, 0.25, 0.5, 1)]
        close(f"annealing {kind}", annealing[kind], printed)
    samples = ((rules.softmax(STRONG) - p) ** 2).mean(axis=1)
    close("Mean Teacher samples", samples, [0.075484, 0.007694, 0.146702, 0.025685])
    close("Mean Teacher", samples.mean(), 0.063891)
    return {"sharpened": sharp, "annealing": annealing, "meanTeacherSamples": samples, "meanTeacher": samples.mean()}


def batch(step):
    """Logits, labels and distinct sample indices of one hash batch."""
    logits = {kind: uniform(f"losses.step{step}.{kind}", [count, CLASSES], -REACH, REACH)
              for kind, count in (("labelled", LABELLED), ("weak", UNLABELLED), ("strong", UNLABELLED),
                                  ("teacher", UNLABELLED))}
    samples = permutation(f"losses.step{step}.samples", SAMPLES)[:UNLABELLED]
    return logits, integers(f"losses.step{step}.labels", [LABELLED], CLASSES), samples


def hard(rule):
    """An option whose target is the argmax of the weak probabilities: `rule(p, samples)` gives the weights."""
    def step(logits, samples):
        p = rules.softmax(logits["weak"])
        weights = rule(p, samples)
        loss, gradient = rules.weighted_cross_entropy(logits["strong"], p.argmax(axis=1), weights)
        return {"weights": weights, "targets": p.argmax(axis=1), "loss": loss, "gradient": gradient}
    return step


def freematch(state):
    def step(logits, samples):
        result = hard(lambda p, _: state.weights(p))(logits, samples)
        fairness, gradient = state.fairness(logits["strong"], result["weights"])
        return result | {"fairness": fairness, "fairnessGradient": gradient}
    return step


def softmatch(alignment, state):
    """The weight sees aligned probabilities, the target does not."""
    def step(logits, samples):
        return hard(lambda p, _: state.weights(alignment.aligned(p)))(logits, samples)
    return step


def aligned_fixmatch(alignment, threshold):
    """FixMatch whose mask AND target come from the aligned probabilities."""
    def step(logits, samples):
        aligned = alignment.aligned(rules.softmax(logits["weak"]), rules.softmax(logits["labelled"]))
        weights, targets = rules.fixed_weights(aligned, threshold), aligned.argmax(axis=1)
        loss, gradient = rules.weighted_cross_entropy(logits["strong"], targets, weights)
        return {"aligned": aligned, "weights": weights, "targets": targets, "loss": loss, "gradient": gradient}
    return step


def uda(threshold, temperature):
    def step(logits, samples):
        weights = rules.fixed_weights(rules.softmax(logits["weak"]), threshold)
        targets = rules.sharpened(logits["weak"], temperature)
        loss, gradient = rules.weighted_cross_entropy(logits["strong"], targets, weights)
        return {"weights": weights, "softTargets": targets, "loss": loss, "gradient": gradient}
    return step


def mean_teacher(logits, samples):
    targets = rules.softmax(logits["teacher"])
    loss, gradient = rules.squared_error(logits["strong"], targets)
    return {"softTargets": targets, "loss": loss, "gradient": gradient}


def pseudo_label(threshold):
    """One view: the weak logits are target and trained at once; the gradient is with respect to them."""
    def step(logits, samples):
        p = rules.softmax(logits["weak"])
        weights = rules.fixed_weights(p, threshold)
        loss, gradient = rules.weighted_cross_entropy(logits["weak"], p.argmax(axis=1), weights)
        return {"weights": weights, "targets": p.argmax(axis=1), "loss": loss, "gradient": gradient}
    return step


def options():
    """(name, options, step function, state holders)."""
    prior = [0.4, 0.3, 0.15, 0.1, 0.05]
    yield "fixmatch", {"threshold": 0.8}, hard(lambda p, _: rules.fixed_weights(p, 0.8)), []
    for mapping in rules.FLEX_MAPS:
        for warm_up in (True, False):
            state = rules.FlexMatch(SAMPLES, CLASSES, 0.85, mapping, warm_up)
            yield "flexmatch", {"threshold": 0.85, "map": mapping, "warmUp": warm_up}, hard(state.weights), [state]
    for quantile, clips in ((False, False), (True, False), (True, True)):
        momentum = 0.05 if clips else 0.5  # so that the clip at 0.95 is reached
        state = rules.FreeMatch(CLASSES, momentum, quantile, clips)
        yield "freematch", {"momentum": momentum, "quantile": quantile, "clips": clips}, freematch(state), [state]
    for momentum in (0.9, 0.5):
        alignment, state = rules.Alignment(CLASSES, momentum), rules.SoftMatch(CLASSES, momentum)
        yield "softmatch", {"momentum": momentum, "sigmas": 2}, softmatch(alignment, state), [alignment, state]
    for settings in ({"momentum": 0.9}, {"momentum": 0.9, "target": prior},
                     {"momentum": 0.9, "followsLabelled": True}, {"queue": 3}, {"queue": 3, "target": prior}):
        alignment = rules.Alignment(CLASSES, settings.get("momentum"), settings.get("queue"), settings.get("target"),
                                    settings.get("followsLabelled", False))
        yield "alignedFixmatch", {"threshold": 0.6} | settings, aligned_fixmatch(alignment, 0.6), [alignment]
    yield "uda", {"threshold": 0.8, "temperature": 0.4}, uda(0.8, 0.4), []
    yield "meanTeacher", {}, mean_teacher, []
    yield "pseudoLabel", {"threshold": 0.8}, pseudo_label(0.8), []


def check_gradient(step, logits, samples, result):
    """Central differences of the loss in the trained logits, with targets and weights held still."""
    trained = "weak" if step.__qualname__.startswith("pseudo_label") else "strong"
    found = np.zeros_like(result["gradient"])
    for index in np.ndindex(found.shape):
        values = []
        for delta in (1e-6, -1e-6):
            moved = logits[trained].copy()
            moved[index] += delta
            if "softTargets" in result and "weights" not in result:
                values.append(rules.squared_error(moved, result["softTargets"])[0])
            else:
                targets = result.get("softTargets", result.get("targets"))
                values.append(rules.weighted_cross_entropy(moved, targets, result["weights"])[0])
        found[index] = (values[0] - values[1]) / 2e-6
    assert np.abs(found - result["gradient"]).max() < 1e-8


def check_fairness_gradient(state, logits, result):
    found = np.zeros_like(result["fairnessGradient"])
    for index in np.ndindex(found.shape):
        moved = [logits["strong"].copy(), logits["strong"].copy()]
        moved[0][index] += 1e-6
        moved[1][index] -= 1e-6
        found[index] = (state.fairness(moved[0], result["weights"])[0]
                        - state.fairness(moved[1], result["weights"])[0]) / 2e-6
    assert np.abs(found - result["fairnessGradient"]).max() < 1e-8


def sequences():
    for name, settings, step, holders in options():
        steps = []
        for index in range(STEPS):
            logits, _, samples = batch(index)
            result = step(logits, samples)
            check_gradient(step, logits, samples, result)
            if "fairness" in result:
                check_fairness_gradient(holders[0], logits, result)
            steps.append(result | {"state": {key: value for holder in holders for key, value in holder.state().items()}})
        yield {"option": name, "settings": settings, "steps": steps}


def annealed():
    """Labelled loss with training signal annealing over the same batches; progress = (step + 1) / steps."""
    for kind in rules.ANNEALING:
        steps = []
        for index in range(STEPS):
            logits, labels, _ = batch(index)
            threshold = rules.annealing_threshold(kind, (index + 1) / STEPS, CLASSES)
            loss, gradient, weights = rules.annealed_cross_entropy(logits["labelled"], labels, threshold)
            steps.append({"threshold": threshold, "weights": weights, "loss": loss, "gradient": gradient})
        yield {"schedule": kind, "steps": steps}


def edges():
    """Ties go to the lowest index, a confidence equal to the threshold passes, nothing kept is a loss of 0."""
    level = np.zeros((2, 2))
    p = rules.softmax(level)
    tie_loss, tie_gradient = rules.weighted_cross_entropy(level, p.argmax(axis=1), rules.fixed_weights(p, 0.5))
    none = rules.fixed_weights(p, 0.95)
    empty_loss, empty_gradient = rules.weighted_cross_entropy(level, p.argmax(axis=1), none)
    fairness, fairness_gradient = rules.FreeMatch(2, 0.9).fairness(level, none)
    assert none.sum() == 0 and empty_loss == 0 and fairness == 0 and not fairness_gradient.any()
    return {"logits": level, "tie": {"threshold": 0.5, "weights": rules.fixed_weights(p, 0.5),
                                     "targets": p.argmax(axis=1), "loss": tie_loss, "gradient": tie_gradient},
            "noneKept": {"threshold": 0.95, "weights": none, "loss": empty_loss, "gradient": empty_gradient,
                         "fairness": fairness, "fairnessGradient": fairness_gradient}}


def main():
    batches = []
    for index in range(STEPS):
        logits, labels, samples = batch(index)
        batches.append({"prefix": f"losses.step{index}", "low": -REACH, "high": REACH, "labels": labels,
                        "samples": samples, "firstWeakLogit": logits["weak"][0, 0]})
    reference_files.write("losses.json", {
        "shape": {"labelled": LABELLED, "unlabelled": UNLABELLED, "classes": CLASSES, "samples": SAMPLES},
        "workedExample": worked_example(),
        "edges": edges(),
        "batches": batches,
        "sequences": list(sequences()),
        "annealing": list(annealed()),
        "ramp": [{"step": step, "total": 100, "weight": rules.ramp(step, 100)} for step in (0, 1, 10, 39, 40, 41, 99)],
    })


if __name__ == "__main__":
    main()

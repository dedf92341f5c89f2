"""linear_probe.json: a linear probe on given features, f64, by torch.nn and torch.optim (protocol.md, section 3).

nn.Sequential(BatchNorm1d, Linear) learns the features of some clips for 100 epochs: SGD with momentum 0.9, lr 1.0, a tenth from epochs 60 and
80 on, weight decay 1e-3 on all parameters. Where a list is cut into parts lr is lower: at 1.0 rounding alone decides what comes. Weights start at hash values ("0.weight" in (0.5, 1.5), "1.weight" in +-sqrt(6 / inputs),
biases in +-0.1). Each epoch goes through the clips in an order of its own, cut as evenly as can be into parts of at most `batchSize`; the
orders are drawn by the random streams of Sources/Tensor/Random, written out here. Scores of other clips are by running statistics.
"""

import numpy as np
import torch

import hash_values
import reference_files

MASK = hash_values.MODULUS - 1
SEED, ORDER = 3, 1


def finalize(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def derived(key, field):
    gamma = hash_values.GOLDEN_GAMMA
    return finalize((key + gamma + finalize((field + gamma) & MASK)) & MASK)


def permutation(epoch, count):
    """Fisher and Yates by Lemire's integers of the stream of (seed, order, epoch, 0, 0) below "probe"."""
    key = 0x5EED0F5EA1500001
    for field in [SEED, ORDER, epoch, 0, 0]:
        key = derived(key, field)
    key, drawn = derived(key, hash_values.fnv1a64("probe")), 0
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        while True:
            drawn += 1
            product = finalize((key + drawn * hash_values.GOLDEN_GAMMA) & MASK) * (last + 1)
            if product & MASK >= (1 << 64) % (last + 1):
                break
        other = product >> 64
        order[last], order[other] = order[other], order[last]
    return order


def values(name, shape, low, high):
    return torch.from_numpy(np.asarray(hash_values.uniform(name, shape, low, high)).copy())


def features(name, labels, count):
    """Hash values in f32, moved by a hash vector of their class."""
    centres = hash_values.uniform("centres", [max(labels) + 1, count], -0.3, 0.3)
    moved = hash_values.uniform(name, [len(labels), count], -1.0, 1.0) + centres[labels]
    return torch.from_numpy(moved.astype(np.float32).astype(np.float64))


def run(name, clips, inputs, classes, batch_size, rate):
    labels = [int(label) for label in hash_values.integers(f"{name}.labels", [clips], classes)]
    tested = [int(label) for label in hash_values.integers(f"{name}.tested", [7], classes)]
    x, y = features(f"{name}.features", labels, inputs), torch.tensor(labels)
    probe = torch.nn.Sequential(torch.nn.BatchNorm1d(inputs), torch.nn.Linear(inputs, classes)).double()
    bound = (6 / inputs) ** 0.5
    with torch.no_grad():
        probe[0].weight.copy_(values("0.weight", [inputs], 0.5, 1.5))
        probe[0].bias.copy_(values("0.bias", [inputs], -0.1, 0.1))
        probe[1].weight.copy_(values("1.weight", [classes, inputs], -bound, bound))
        probe[1].bias.copy_(values("1.bias", [classes], -0.1, 0.1))
    optimizer = torch.optim.SGD(probe.parameters(), lr=rate, momentum=0.9, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[60, 80], gamma=0.1)
    parts = -(-clips // batch_size)
    for epoch in range(100):
        order = permutation(epoch, clips)
        for part in range(parts):
            batch = order[part * clips // parts:(part + 1) * clips // parts]
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(probe(x[batch]), y[batch]).backward()
            optimizer.step()
        schedule.step()
    probe.eval()
    state = {key: value.reshape(-1) for key, value in probe.state_dict().items() if not key.endswith("num_batches_tracked")}
    test = features(f"{name}.test", tested, inputs)
    return {"name": name, "classes": classes, "batchSize": batch_size, "learningRate": rate, "labels": labels, "tested": tested,
            "features": x.reshape(-1), "test": test.reshape(-1), "logits": probe(test).reshape(-1), "state": state}


def main():
    torch.manual_seed(0)
    cases = [run("whole", 12, 5, 3, 1024, 1.0), run("parts", 13, 4, 3, 5, 0.1)]
    reference_files.write("linear_probe.json", {"seed": SEED, "cases": cases})


if __name__ == "__main__":
    main()

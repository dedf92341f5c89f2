"""Test values that Swift and Python compute alike: one integer-hash formula, keyed by a name.

    raw(name, i)            = finalise(fnv1a64(utf8 of name) + (i + 1) * 0x9E3779B97F4A7C15), all modulo 2^64
    fraction(name, i)       = (raw(name, i) >> 11) * 2^-53, in [0, 1)
    uniform(name, i)        = low + (high - low) * fraction(name, i), in f64, product and sum rounded separately
    integer(name, i, count) = floor(fraction(name, i) * count)

i counts the elements in row-major order of the logical shape: [N, C, T, H, W] for clips, [O, I, kt, kh, kw] for
kernels, [O, I] for linear layers. f32 data is the f64 value rounded once to nearest even.
"""

import math

import numpy as np

import reference_files

FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
GOLDEN_GAMMA = 0x9E3779B97F4A7C15
MODULUS = 1 << 64


def fnv1a64(name):
    """FNV-1a, 64 bits, over the UTF-8 bytes of `name`."""
    digest = FNV_OFFSET
    for byte in name.encode("utf-8"):
        digest = ((digest ^ byte) * FNV_PRIME) % MODULUS
    return digest


def raw(name, count):
    """The first `count` hashes of `name`, as unsigned 64-bit integers."""
    with np.errstate(over="ignore"):
        z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GOLDEN_GAMMA) + np.uint64(fnv1a64(name))
        z ^= z >> np.uint64(30)
        z *= np.uint64(0xBF58476D1CE4E5B9)
        z ^= z >> np.uint64(27)
        z *= np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return z


def fractions(name, shape):
    """f64 values in [0, 1)."""
    values = (raw(name, math.prod(shape)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return values.reshape(shape)


def uniform(name, shape, low, high):
    """f64 values in [low, high)."""
    return low + (high - low) * fractions(name, shape)


def integers(name, shape, count):
    """Integers in 0 ..< count."""
    return np.floor(fractions(name, shape) * count).astype(np.int64)


def permutation(name, count):
    """0 ..< count ordered by raw(name, i), equal hashes by i."""
    return np.argsort(raw(name, count), kind="stable")


def main():
    cases = []
    for name in ["", "a", "step0.labelled", "layer1.0.conv1.0.weight", "Übung"]:
        cases.append({
            "name": name,
            "fnv1a64": f"{fnv1a64(name):016x}",
            "raw": [f"{int(value):016x}" for value in raw(name, 4)],
            "uniform": uniform(name, [4], -1.0, 1.0),
            "f32": uniform(name, [4], -1.0, 1.0).astype(np.float32).astype(np.float64),
            "integersBelow10": integers(name, [8], 10),
            "permutationOf8": permutation(name, 8),
        })
    reference_files.write("hash_values.json", {"cases": cases})


if __name__ == "__main__":
    main()

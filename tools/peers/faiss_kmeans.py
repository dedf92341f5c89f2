#!/usr/bin/env python3
"""k-means by faiss on random features, to its last assignment; prints one JSON object (see tools/compare-kmeans).

    tools/peers/faiss_kmeans.py [--rows 100000] [--columns 256] [--clusters 64] [--iterations 20] [--threads 2] [--repeats 5]"""

import argparse
import json
import resource
import statistics
import time

import faiss
import numpy as np


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("rows", 100_000), ("columns", 256), ("clusters", 64), ("iterations", 20), ("threads", 2), ("repeats", 5)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(arguments.threads)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    features = np.random.default_rng(0).standard_normal((arguments.rows, arguments.columns), dtype=np.float32)
    seconds = []
    for repeat in range(arguments.repeats + 1):
        start = time.monotonic()
        method = faiss.Kmeans(arguments.columns, arguments.clusters, niter=arguments.iterations,
                              max_points_per_centroid=arguments.rows, seed=repeat)
        method.train(features)
        _, assignments = method.index.search(features, 1)
        seconds.append(time.monotonic() - start)
    print(json.dumps({
        "peer": f"faiss {faiss.__version__}", "seconds": statistics.median(seconds[1:]), "all": seconds[1:],
        "objective": float(method.obj[-1]), "clusters": int(np.unique(assignments).size),
        "grownByFeatures": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / features.nbytes}))


if __name__ == "__main__":
    main()

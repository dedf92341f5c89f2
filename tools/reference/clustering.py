"""clustering.json: k-means, principal components and mutual information; the worked example of the XDC card is asserted."""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import normalized_mutual_info_score

import reference_files
from hash_values import integers, uniform


def lloyd(rows, centroids, iterations):
    """In double: ties to the lowest, ends where an assignment repeats; no cluster gets empty here."""
    before = None
    for _ in range(iterations):
        labels = ((rows[:, None] - centroids[None]) ** 2).sum(axis=2).argmin(axis=1)
        if before is not None and (labels == before).all():
            break
        centroids = np.stack([rows[labels == number].mean(axis=0) for number in range(len(centroids))])
        before = labels
    distances = ((rows[:, None] - centroids[None]) ** 2).sum(axis=2)
    return distances.argmin(axis=1), centroids, distances.min(axis=1).sum()


def worked_example():
    """The card's two modalities of six clips."""
    audio = np.array([[0, 0], [0, 1], [1, 0], [4, 4], [4, 5], [5, 4]], dtype=np.float64)
    video = np.array([[2, 0], [0, 2], [2, 1], [0, 3], [1, 3], [3, 0]], dtype=np.float64)
    found = [lloyd(rows, rows[:2], 20) for rows in (audio, video)]
    assert found[0][0].tolist() == [0, 0, 0, 1, 1, 1] and found[1][0].tolist() == [0, 1, 0, 1, 1, 0]
    assert all(abs(objective - 2.666667) < 1e-6 for _, _, objective in found)
    assert abs(normalized_mutual_info_score(found[0][0], found[1][0]) - 0.081704) < 1e-6


def named_rows(name, count, width, low=-1.0, high=1.0):
    """Hash values as the tests make them: f32 once rounded."""
    return uniform(name, (count, width), low, high).astype(np.float32).astype(np.float64)


def clusters(name, count, width, k, iterations, spread):
    """Rows around `k` places, from the first `k` rows; scikit-learn must agree with the plain form above."""
    places = named_rows(f"{name}.places", k, width)
    rows = (named_rows(f"{name}.rows", count, width, -spread, spread) + places[np.arange(count) % k]).astype(np.float32)
    rows = rows.astype(np.float64)
    labels, centroids, objective = lloyd(rows, rows[:k], iterations)
    fitted = KMeans(k, init=rows[:k], n_init=1, max_iter=iterations, tol=0, algorithm="lloyd").fit(rows)
    assert (fitted.predict(rows) == labels).all() and np.abs(fitted.cluster_centers_ - centroids).max() < 1e-9
    return {"name": name, "rows": count, "columns": width, "clusters": k, "iterations": iterations, "spread": spread,
            "assignments": labels, "centroids": centroids, "objective": objective}


def emptied():
    """A third centroid that no row is near, which scikit-learn moves by the rule that ours follows; all after one iteration."""
    rows = np.array([[0, 0], [0, 1], [1, 0], [9, 9], [9, 8], [8, 9], [2, 7]], dtype=np.float64)
    start = np.array([[0, 0], [9, 9], [-50, -50]], dtype=np.float64)
    fitted = KMeans(3, init=start, n_init=1, max_iter=1, tol=0, algorithm="lloyd").fit(rows)
    return {"rows": rows, "start": start, "centroids": fitted.cluster_centers_}


def components(name, count, width, dimensions):
    """Rows of unequal spread and unequal means; numpy's eigenvectors and scikit-learn's whitening must agree."""
    scales = 0.7 ** np.arange(width)
    rows = named_rows(f"{name}.rows", count, width) * scales
    rows = (rows @ named_rows(f"{name}.turn", width, width) + 3).astype(np.float32).astype(np.float64)
    kept = min(dimensions, width, count - 1)
    values, vectors = np.linalg.eigh(np.cov(rows.T))
    values, vectors = values[::-1][:kept], vectors.T[::-1][:kept]
    largest = np.abs(vectors).argmax(axis=1)
    vectors = vectors * np.sign(vectors[np.arange(kept), largest])[:, None]
    whitened = (rows - rows.mean(axis=0)) @ (vectors / np.sqrt(values)[:, None]).T
    theirs = PCA(kept, whiten=True, svd_solver="full").fit_transform(rows)
    assert np.abs(np.abs(theirs) - np.abs(whitened)).max() < 1e-6
    return {"name": name, "rows": rows, "dimensions": dimensions, "variances": values, "components": vectors,
            "whitened": whitened}


def agreement(name, count, first, second):
    a, b = integers(f"{name}.first", (count,), first), integers(f"{name}.second", (count,), second)
    # Some of the second follow from the first, so that the value is not about 0.
    b = np.where(np.arange(count) % 3 == 0, a % second, b)
    return {"first": a, "second": b, "value": normalized_mutual_info_score(a, b)}


def main():
    worked_example()
    agreements = [agreement("few", 40, 3, 4), agreement("many", 300, 17, 9), agreement("whole", 25, 1, 5)]
    reference_files.write("clustering.json", {
        "clusters": [clusters("apart", 60, 5, 4, 20, 0.4), clusters("mixed", 150, 7, 9, 20, 2.0), clusters("early", 150, 7, 9, 2, 2.0)],
        "emptied": emptied(),
        "components": [components("tall", 40, 6, 4), components("wide", 5, 8, 8)],
        "agreements": agreements}, part="engine")


if __name__ == "__main__":
    main()

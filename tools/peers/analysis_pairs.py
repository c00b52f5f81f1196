"""Questions about pairs of networks as vectors of weights: distances, alignment, neighbours, by NumPy, SciPy and scikit-learn."""

import os
from multiprocessing import Pool

import numpy as np
from analysis_input import cores, models, peak, sizes, way


def upper_bound(x):
    return np.maximum(x, 0, out=x)


def pairs():
    a = models(sizes["pairModels"])
    if way == "gram":

        def run():
            gram = a @ a.T
            squares = np.einsum("ij,ij->i", a, a)
            l2 = np.sqrt(upper_bound(squares[:, None] + squares[None, :] - 2 * gram))
            norms = np.sqrt(squares)
            return [l2, 1 - gram / (norms[:, None] * norms[None, :])], {"approximate": True}

        return run
    if way == "sklearn":
        from sklearn.metrics.pairwise import cosine_distances, euclidean_distances

        return lambda: [euclidean_distances(a), cosine_distances(a)]
    from scipy.spatial.distance import pdist, squareform

    return lambda: [squareform(pdist(a)), squareform(pdist(a, "cosine"))]


SHAPES = [(8, 1, 5, 5), (8,), (6, 8, 5, 5), (6,), (4, 6, 2, 2), (4,), (20, 4, 9), (20,), (10, 20), (10,)]
GROUPS = [(0, None), (0,), (1, 0), (1,), (2, 1), (2,), (3, 2), (3,), (None, 3), (None,)]
UNITS = [8, 6, 4, 20]


def cut(vector):
    tensors, at = [], 0
    for shape in SHAPES:
        count = int(np.prod(shape))
        tensors.append(vector[at : at + count].reshape(shape))
        at += count
    return tensors


def align(source, target):
    """Weight matching from the identity, groups in their order; the distance that is left."""
    from scipy.optimize import linear_sum_assignment

    source, target = cut(source), cut(target)
    permutations = [np.arange(n) for n in UNITS]

    def moved(t, skip=None):
        tensor = source[t]
        for axis, group in enumerate(GROUPS[t]):
            if group is not None and axis != skip:
                tensor = np.take(tensor, permutations[group], axis)
        return tensor

    for _ in range(100):
        gained = False
        for g, n in enumerate(UNITS):
            found = np.zeros((n, n))
            for t, groups in enumerate(GROUPS):
                for axis, group in enumerate(groups):
                    if group == g:
                        a = np.moveaxis(target[t], axis, 0).reshape(n, -1)
                        b = np.moveaxis(moved(t, axis), axis, 0).reshape(n, -1)
                        found += a @ b.T
            _, columns = linear_sum_assignment(found, maximize=True)
            rows = np.arange(n)
            gained |= found[rows, columns].sum() > found[rows, permutations[g]].sum() + 1e-6
            permutations[g] = columns
        if not gained:
            break
    return float(np.sqrt(sum(((moved(t).astype(np.float64) - target[t]) ** 2).sum() for t in range(len(SHAPES)))))


def align_some(span):
    rows = models(sizes["alignedModels"])
    return [align(row, rows[0]) for row in rows[span[0] : span[1]]], os.getpid(), peak()


def alignment():
    M = sizes["alignedModels"]
    rows = models(M)
    if way == "scipy":
        return lambda: [np.array([align(row, rows[0]) for row in rows])]
    pool = Pool(cores)
    step = -(-M // (4 * cores))
    spans = [(first, min(M, first + step)) for first in range(0, M, step)]

    def run():
        parts = pool.map(align_some, spans, chunksize=1)
        return [np.array(sum((part for part, _, _ in parts), []))], {"children": dict((p, m) for _, p, m in parts)}

    return run


def neighbours():
    from sklearn.neighbors import NearestNeighbors

    rows = models(sizes["neighbourRows"])

    def run():
        distances, _ = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(rows.astype(np.float64)).kneighbors()
        mu = np.sort(distances[:, 1] / distances[:, 0])
        n = len(mu)
        kept = int(n * 0.9)
        a, b = np.log(mu[:kept]), -np.log(1 - np.arange(1, kept + 1) / n)
        return [np.array([a @ b / (a @ a)])]

    return run

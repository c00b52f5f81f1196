"""Matrices by NumPy, SciPy and scikit-learn, timed whenever a line arrives on stdin: the counterpart of tools/perf/dense.ts, which
starts it with the folder of the inputs and their sizes. Prints one JSON a case: seconds, and some values to compare."""

import json
import sys
import time

import numpy as np

folder, models, width, states, images, labels = sys.argv[1], *map(int, sys.argv[2:7])
layers = json.loads(sys.argv[7])
a = np.fromfile(f"{folder}/weights.f32", np.float32).reshape(models, width)
b = a[::-1].copy()
predictions = np.fromfile(f"{folder}/predictions.u8", np.uint8).reshape(labels, images)
rows = np.fromfile(f"{folder}/states.f32", np.float32).reshape(states, width)


def gram_l2():
    squares = (a * a).sum(1)
    return squares[:, None] + squares[None] - 2 * (a @ a.T)


def gram_cosine():
    unit = a / np.linalg.norm(a, axis=1, keepdims=True)
    return unit @ unit.T


def agreement():
    return np.stack([(predictions == row).sum(1) for row in predictions])


def statistics():
    out = np.empty((states, len(layers), 7))
    quantiles = [0.01, 0.25, 0.5, 0.75, 0.99]
    for s, (offset, size) in enumerate(layers):
        for first in range(0, states, 4096):
            part = rows[first : first + 4096, offset : offset + size]
            to = out[first : first + 4096, s]
            to[:, 0], to[:, 1] = part.mean(1, dtype=np.float64), part.var(1, dtype=np.float64)
            to[:, 2:] = np.quantile(part, quantiles, axis=1).T
    return out


cases = {
    "l2": {"NumPy, Gram matrix in float32": gram_l2},
    "cosine": {"NumPy": gram_cosine},
    "product": {"NumPy": lambda: a @ b.T},
    "columnProduct": {"NumPy": lambda: a.T @ b},
    "matches": {"NumPy": agreement},
    "statistics": {"NumPy": statistics},
}
versions = {"numpy": np.__version__}
try:
    import scipy
    from scipy.spatial.distance import pdist, squareform

    versions["scipy"] = scipy.__version__
    cases["l2"]["SciPy pdist"] = lambda: squareform(pdist(a, "sqeuclidean"))
except ImportError:
    pass
try:
    import sklearn
    from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

    versions["scikit-learn"] = sklearn.__version__
    cases["l2"]["scikit-learn"] = lambda: euclidean_distances(a, squared=True)
    cases["cosine"]["scikit-learn"] = lambda: cosine_similarity(a)
except ImportError:
    pass

print(json.dumps({"ready": versions}), flush=True)
for _ in sys.stdin:
    for case, peers in cases.items():
        for peer, run in peers.items():
            start = time.perf_counter()
            result = run()
            seconds = time.perf_counter() - start
            flat = result.reshape(-1)
            some = flat[:: max(1, flat.size // 50)][:50].astype(np.float64).tolist()
            print(json.dumps({"case": case, "peer": peer, "seconds": seconds, "some": some}), flush=True)
    print(flush=True)

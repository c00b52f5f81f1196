"""Questions about states on disk: PCA and s(W), by NumPy and scikit-learn."""

import json
import os
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from analysis_input import D, cores, peak, sizes, versions, way


def shards():
    """Path of the weights [epochs, models, D], rows wanted, ids; of each shard that has some."""
    zoo = Path(sizes["zoo"])
    manifest = json.loads((zoo / "zoo.json").read_text())
    epochs = len(manifest["states"])
    ids = sorted(i for shard in manifest["shards"] for i in shard["models"])
    wanted = set(ids[: -(-sizes["states"] // epochs)])
    for shard in manifest["shards"]:
        rows = [i for i, m in enumerate(shard["models"]) if m in wanted]
        if rows:
            yield zoo / shard["arrays"]["weights"]["path"], rows, [shard["models"][i] for i in rows]


def slabs():
    from safetensors import safe_open

    for path, rows, _ in shards():
        with safe_open(path, framework="numpy") as file:
            weights = file.get_slice("weights")
            for epoch in range(weights.get_shape()[0]):
                slab = weights[epoch]
                yield slab if len(rows) == len(slab) else slab[rows]


def blocks(least=3000):
    """Some 30 MB at once."""
    waiting, count = [], 0
    for slab in slabs():
        waiting.append(slab)
        count += len(slab)
        if count >= least:
            yield np.concatenate(waiting)
            waiting, count = [], 0
    if waiting:
        yield np.concatenate(waiting)


def pca():
    import sklearn
    from scipy.linalg import eigh
    from sklearn.decomposition import PCA, IncrementalPCA

    versions["scikit-learn"] = sklearn.__version__

    def streamed():
        total, n, mean = np.zeros((D, D)), 0, np.zeros(D)
        origin = None
        for block in blocks():
            origin = block.mean(0) if origin is None else origin
            block -= origin
            total += block.T @ block
            mean += block.sum(0, dtype=np.float64)
            n += len(block)
        mean /= n
        values, vectors = eigh((total - n * np.outer(mean, mean)) / (n - 1), subset_by_index=[D - 50, D - 1])
        directions = vectors.astype(np.float32)
        scores = np.concatenate([(block - (origin + mean).astype(np.float32)) @ directions for block in blocks()])
        assert len(scores) == n
        return [values[::-1][:10].copy()]

    def incremental():
        fit = IncrementalPCA(n_components=50)
        for block in blocks():
            if len(block) >= 50:
                fit.partial_fit(block)
        for block in blocks():
            fit.transform(block)
        return [fit.explained_variance_[:10]], {"approximate": True}

    def whole(solver):
        fit = PCA(n_components=50, svd_solver=solver, random_state=1)
        fit.fit_transform(np.concatenate(list(blocks())))
        return [fit.explained_variance_[:10]], {"approximate": solver == "randomized"}

    return {
        "streamed": streamed,
        "incremental": incremental,
        "covariance": lambda: whole("covariance_eigh"),
        "randomized": lambda: whole("randomized"),
    }[way]


QUANTILES = np.array([1, 25, 50, 75, 99])


def shard_statistics(task):
    from safetensors import safe_open

    path, rows, tensors, by_sorting = task
    with safe_open(path, framework="numpy") as file:
        weights = file.get_slice("weights")
        epochs = weights.get_shape()[0]
        out = np.empty((len(rows), epochs, len(tensors), 7))
        for e in range(epochs):
            slab = weights[e][rows]
            for t, (offset, size) in enumerate(tensors):
                x = slab[:, offset : offset + size]
                out[:, e, t, 0] = x.mean(axis=1)
                out[:, e, t, 1] = x.var(axis=1)
                if not by_sorting:
                    out[:, e, t, 2:] = np.percentile(x, QUANTILES, axis=1).T
                    continue
                ordered = np.sort(x, axis=1)
                place = QUANTILES / 100 * (size - 1)
                low = place.astype(int)
                a, b = ordered[:, low].astype(np.float64), ordered[:, np.minimum(low + 1, size - 1)]
                out[:, e, t, 2:] = a + (b - a) * (place - low)
    return out.reshape(len(rows), epochs, -1), os.getpid(), peak()


def statistics():
    manifest = json.loads((Path(sizes["zoo"]) / "zoo.json").read_text())
    tensors = [(t["offset"], int(np.prod(t["shape"]))) for t in manifest["layout"]["tensors"]]
    tasks = [(path, rows, tensors, way == "sorted") for path, rows, _ in shards()]
    order = np.argsort([i for _, _, ids in shards() for i in ids])
    pool = Pool(cores)

    def run():
        parts = pool.map(shard_statistics, tasks, chunksize=1)
        values = np.concatenate([part for part, _, _ in parts])[order]
        return [values], {"children": dict((pid, MiB) for _, pid, MiB in parts)}

    return run

"""The Python routes of maps.ts on the same file: python maps.py TASK FILE COLUMNS. A line of JSON for each route.

Imports are not timed; the compilation that umap-learn does at its first map is.

pip install numpy==2.4.6 scikit-learn==1.9.1 umap-learn==0.5.12
"""

import json
import os
import resource
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
task, file, columns = sys.argv[1], sys.argv[2], int(sys.argv[3])
rows = np.memmap(file, dtype=np.float32, mode="r").reshape(-1, columns)


def route(by, exact, work):
    """Runs in a process of its own, so that its peak of memory is its own."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        since = time.perf_counter()
        found = work()
        seconds = time.perf_counter() - since
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"by": by, "exact": exact, "seconds": seconds, "peakMiB": peak, "found": found}), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(f"{by} failed")


def pca(fit):
    fit.fit_transform(rows)
    return {"variance": fit.explained_variance_[:10].tolist()}


def incremental():
    fit = IncrementalPCA(n_components=50, batch_size=3072).fit(rows)
    fit.transform(rows)
    return {"variance": fit.explained_variance_[:10].tolist()}


def neighbors():
    distances, _ = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(rows.astype(np.float64)).kneighbors()
    mu = np.sort(distances[:, 1] / distances[:, 0])
    n = len(mu)
    kept = int(n * 0.9)
    a, b = np.log(mu[:kept]), -np.log(1 - np.arange(1, kept + 1) / n)
    return {"dimension": float(a @ b / (a @ a))}


def umap_map(**options):
    x = np.asarray(rows)
    points = umap.UMAP(n_neighbors=15, min_dist=0.1, **options).fit_transform(x)
    kept = min(2000, len(x))
    return {"trustworthiness": float(trustworthiness(x[:kept], points[:kept], n_neighbors=12))}


if task == "pca":
    from sklearn.decomposition import PCA, IncrementalPCA

    route("PCA covariance_eigh", True, lambda: pca(PCA(n_components=50, svd_solver="covariance_eigh")))
    route("PCA randomized", False, lambda: pca(PCA(n_components=50, svd_solver="randomized", random_state=1)))
    route("IncrementalPCA", False, incremental)
elif task == "neighbors":
    from sklearn.neighbors import NearestNeighbors

    route("NearestNeighbors brute", True, neighbors)
elif task == "umap":
    import umap
    from sklearn.manifold import trustworthiness

    route("umap-learn, seeded", True, lambda: umap_map(random_state=1))
    route("umap-learn, parallel", False, lambda: umap_map())

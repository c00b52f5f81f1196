"""Questions about populations by NumPy, SciPy, scikit-learn and PyTorch: the counterpart of tools/perf/analysis-ours.ts.

python bench_analysis.py QUESTION WAY FOLDER, as tools/perf/analysis.ts starts it. Answers once for each line on stdin: the values go to
a file of float64, seconds and the peak of memory to stdout. Of several ways to do a part the fastest one counts: they are tried on a
small part before the first turn. Threads are set by the environment.
"""

import json
import os
import resource
import sys
import time
from multiprocessing import Pool
from pathlib import Path

import numpy as np

question, way, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
sizes = json.loads((folder / "sizes.json").read_text())
D, cores = sizes["D"], sizes["cores"]
versions = {"numpy": np.__version__}


def models(count):
    return np.fromfile(folder / "weights.f32", np.float32, count * D).reshape(count, D)


def upper_bound(x):
    return np.maximum(x, 0, out=x)


def peak(who="self"):
    """MiB. ru_maxrss would count the program that started this one."""
    for line in Path(f"/proc/{who}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# Pairs


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


# Networks


def load_torch():
    import torch

    torch.set_num_threads(cores)
    versions["torch"] = torch.__version__
    nn = torch.nn
    # fmt: off
    net = nn.Sequential(
        nn.Conv2d(1, 8, 5), nn.MaxPool2d(2), nn.Tanh(), nn.Conv2d(8, 6, 5), nn.MaxPool2d(2), nn.Tanh(),
        nn.Conv2d(6, 4, 2), nn.Tanh(), nn.Flatten(), nn.Linear(36, 20), nn.Tanh(), nn.Linear(20, 10),
    )
    # fmt: on
    return torch, net


def images(torch, name):
    pixels = np.fromfile(folder / f"{name}.images", np.uint8).reshape(-1, 1, 28, 28)
    return torch.from_numpy(pixels).float() * sizes["scale"] + sizes["shift"]


def parameters(module, rows):
    """Of one model or of several; a module that is the beginning of the network takes the beginning of each row."""
    own = list(module.named_parameters())
    counts = [p.numel() for _, p in own]
    parts = rows[..., : sum(counts)].split(counts, -1)
    return {name: part.reshape(*rows.shape[:-1], *p.shape) for (name, p), part in zip(own, parts)}


def forwards(torch):
    call = torch.func.functional_call

    def one_by_one(batch):
        def run(module, rows, x):
            for row in rows:
                own = parameters(module, row)
                yield torch.cat([call(module, own, (part,)) for part in x.split(batch)])

        return run

    def vmapped(count, batch):
        def run(module, rows, x):
            mapped = torch.func.vmap(lambda own, part: call(module, own, (part,)), (0, None))
            for some in rows.split(count):
                yield from torch.cat([mapped(parameters(module, some), part) for part in x.split(batch)], 1)

        return run

    ways = {f"one by one, {batch} images": one_by_one(batch) for batch in (500, 2000)}
    return {**ways, "vmap 16 x 500": vmapped(16, 500), "vmap 64 x 100": vmapped(64, 100)}


def fastest(ways, work):
    times = {}
    for name, candidate in ways.items():
        start = time.perf_counter()
        work(candidate)
        times[name] = time.perf_counter() - start
    name = min(times, key=times.get)
    return name, ways[name]


def agreement():
    torch, net = load_torch()
    torch.set_grad_enabled(False)
    weights, x = torch.from_numpy(models(sizes["askedModels"])), images(torch, "asked")

    def answers(forward, rows, x):
        out = torch.empty(len(rows), len(x), dtype=torch.uint8)
        for i, logits in enumerate(forward(net, rows, x)):
            out[i] = logits.argmax(-1)
        return out

    def by_class(p):
        same = torch.zeros(len(p), len(p))
        for c in range(10):
            is_c = (p == c).float()
            same += is_c @ is_c.T
        return same.numpy()

    def by_rows(p):
        p = p.numpy()
        return np.stack([np.count_nonzero(row == p, axis=1) for row in p])

    forward_name, forward = fastest(forwards(torch), lambda each: answers(each, weights[:64], x[:2000]))
    by = {"by class": by_class, "by row": by_rows}
    pairs_name, count = fastest(by, lambda each: each(answers(forward, weights[:200], x[:2000])))

    def run():
        start = time.perf_counter()
        predictions = answers(forward, weights, x)
        answered = time.perf_counter()
        values = count(predictions) / len(x)
        parts = {"forward": answered - start, "pairs": time.perf_counter() - answered}
        return [values], {"parts": parts, "chosen": f"{forward_name}; counts {pairs_name}"}

    return run


def similarity():
    torch, net = load_torch()
    torch.set_grad_enabled(False)
    weights, few = torch.from_numpy(models(sizes["similarModels"])), images(torch, "similar")
    hidden = net[:11]
    name, forward = fastest(forwards(torch), lambda each: list(each(hidden, weights[:64], few)))

    def run():
        n = len(few)
        features = torch.stack(list(forward(hidden, weights, few)))
        features = features - features.mean(1, keepdim=True)
        gram = features @ features.transpose(1, 2)
        gram.diagonal(dim1=1, dim2=2).zero_()
        rows = gram.sum(1) / (n - 2)
        rows -= rows.sum(1, keepdim=True) / (2 * (n - 1))
        gram -= rows[:, :, None] + rows[:, None, :]
        gram.diagonal(dim1=1, dim2=2).zero_()
        flat = gram.flatten(1)
        flat /= flat.norm(dim=1, keepdim=True)
        return [(flat @ flat.T).numpy()], {"chosen": name}

    return run


# States on disk


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


# Alignment

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


# Curvature

K = 5


def curvature():
    torch, net = load_torch()
    from scipy.sparse.linalg import LinearOperator, eigsh
    from torch.func import functional_call, grad, jvp, vmap

    M = sizes["curvedModels"]
    weights, x = torch.from_numpy(models(M)), images(torch, "curved")
    labels = torch.from_numpy(np.fromfile(folder / "curved.labels", np.uint8).astype(np.int64))

    def loss(w):
        return torch.nn.functional.cross_entropy(functional_call(net, parameters(net, w), (x,)), labels)

    product = vmap(lambda w, v: jvp(grad(loss), (w,), (v,))[1])

    def lanczos(w, tolerance=1e-3, most=100):
        """With full reorthogonalisation; all models of a chunk until the slowest has converged."""
        v = torch.randn(len(w), D, generator=torch.Generator().manual_seed(1))
        basis = (v / v.norm(dim=1, keepdim=True))[:, None]
        alphas, betas = [], []
        while True:
            v = basis[:, -1]
            u = product(w, v)
            alphas.append((u * v).sum(1))
            for _ in range(2):
                u = u - torch.einsum("mk,mkd->md", torch.einsum("mkd,md->mk", basis, u), basis)
            betas.append(u.norm(dim=1))
            steps = len(alphas)
            if steps % 8 == 0 or steps == most:
                T = torch.diag_embed(torch.stack(alphas, 1).double())
                b = torch.stack(betas[:-1], 1).double()
                T += torch.diag_embed(b, 1) + torch.diag_embed(b, -1)
                values, vectors = torch.linalg.eigh(T)
                bounds = (betas[-1][:, None].double() * vectors[:, -1, -K:]).abs().amax(1)
                if steps == most or bool((bounds <= tolerance * values.abs().amax(1)).all()):
                    return values[:, -K:].flip(1), steps * len(w)
            basis = torch.cat([basis, (u / betas[-1][:, None])[:, None]], 1)

    def eigsh_of(w):
        w = w.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(loss(w), w, create_graph=True)

        def times(v):
            v = torch.from_numpy(v.astype(np.float32).reshape(-1))
            (result,) = torch.autograd.grad(gradient, w, v, retain_graph=True)
            return result.numpy()

        operator = LinearOperator((D, D), matvec=times, dtype=np.float32)
        return eigsh(operator, K, which="LA", tol=1e-3, return_eigenvectors=False)[::-1]

    if way == "eigsh":
        few = min(4, M)
        return lambda: ([np.array([eigsh_of(w) for w in weights[:few]])], {"scale": M / few})
    chunks = {f"{n} at once": n for n in (8, 16, 64) if n <= M}
    name, chunk = fastest(chunks, lambda n: [product(part, part) for part in weights.split(n)])

    def run():
        found = [lanczos(part) for part in weights.split(chunk)]
        values = torch.cat([values for values, _ in found]).numpy()
        return [values], {"chosen": name, "about": {"products": sum(steps for _, steps in found)}}

    return run


# Other measures


def divergence():
    M, N = sizes["divergentModels"], sizes["divergentImages"]
    logits = np.fromfile(folder / "logits.f32", np.float32).reshape(M, N, 10)
    if way == "torch":
        torch, _ = load_torch()
        p = torch.softmax(torch.from_numpy(logits), -1)

        def run():
            out = torch.zeros(M, M)
            own = torch.special.entr(p).sum(-1)
            for i in range(M - 1):
                mixed = torch.special.entr((p[i + 1 :] + p[i]) / 2).sum(-1)
                apart = (mixed - (own[i + 1 :] + own[i]) / 2) / np.log(2)
                out[i, i + 1 :] = apart.clamp(0, 1).sqrt().mean(-1)
            return [(out + out.T).numpy()]

        return run
    p = np.exp(logits.astype(np.float64) - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    from scipy.special import entr

    def run():
        out = np.zeros((M, M))
        own = entr(p).sum(-1)
        for i in range(M - 1):
            apart = (entr((p[i + 1 :] + p[i]) / 2).sum(-1) - (own[i + 1 :] + own[i]) / 2) / np.log(2)
            out[i, i + 1 :] = np.sqrt(np.clip(apart, 0, 1)).mean(-1)
        return [out + out.T]

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


ask = globals()[question]()
print(json.dumps({"ready": versions, "MiB": peak()}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    result = ask()
    seconds = time.perf_counter() - start
    values, more = result if isinstance(result, tuple) else (result, {})
    np.concatenate([np.asarray(part, np.float64).reshape(-1) for part in values]).tofile(folder / f"{question}.{way}.f64")
    children = sum(more.pop("children", {}).values())
    seconds *= more.pop("scale", 1)
    print(json.dumps({"seconds": seconds, "peakMiB": peak() + children, "versions": versions, **more}), flush=True)
    print(flush=True)

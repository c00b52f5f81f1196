"""Questions about what networks answer, and their curvature, by PyTorch."""

import time

import numpy as np
from analysis_input import D, cores, folder, models, sizes, versions, way


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

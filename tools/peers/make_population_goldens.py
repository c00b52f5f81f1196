"""Writes what PyTorch answers to the questions of a population; format in packages/engine/test/fixtures/README.md.

    python tools/peers/make_population_goldens.py packages/engine/test/fixtures/population-goldens [ARCHITECTURE...]

Every value is computed in float64 by torch.func; beside it stands how far PyTorch's own float32 lands from it, as the
worst of four runs that differ in rounding only.
"""

import itertools
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from torch.func import functional_call, grad, jvp, vjp

import golden_inputs as gi
from make_goldens import error, nudged
from nets import ALL_ACTIVATIONS, ARCHITECTURES, Architecture, build

# Where two inputs of a max pool tie within rounding, float32 and float64 answer differently and neither is wrong; beyond
# this (relative L2; worst seen 1.7e-6) a case would say nothing, and would need other weights than those of seed 0.
WELL_POSED = 1e-5

Answers = dict[str, list[np.ndarray]]


def answers(architecture: Architecture, activation: str, dtype, onednn: bool = True, nudge: bool = False) -> Answers:
    """Every question about one model on the first batch; each answer is a list of tensors."""
    torch.backends.mkldnn.set_flags(onednn)
    shape, L = tuple(architecture["input"]), architecture["classes"]
    pixels = gi.pixels(shape, dtype)[: gi.BATCH]
    x = torch.from_numpy(nudged(pixels, 1, 0) if nudge else pixels)
    y = torch.from_numpy(gi.labels(L)[: gi.BATCH])
    net = build(architecture, activation).to(x.dtype)
    named = list(net.named_parameters())
    params = {n: torch.from_numpy(gi.weight(0, i, tuple(p.shape)).astype(dtype)) for i, (n, p) in enumerate(named)}
    sizes = [p.numel() for _, p in named]
    vector = torch.from_numpy(gi.signed(gi.STREAM_VECTORS, sum(sizes)).astype(dtype)).split(sizes)
    direction = {n: v.view_as(p) for (n, p), v in zip(named, vector)}
    cotangents = torch.from_numpy(gi.signed(gi.STREAM_COTANGENTS, gi.BATCH * L).astype(dtype)).view(gi.BATCH, L)

    def logits(params: dict, x: torch.Tensor) -> torch.Tensor:
        return functional_call(net, params, (x,))

    def loss(params: dict, x: torch.Tensor) -> torch.Tensor:
        return F.nll_loss(F.log_softmax(logits(params, x), 1), y)

    def numpy(tensors) -> list[np.ndarray]:
        return [t.detach().numpy() for t in tensors]

    layers, value = [], x
    with torch.no_grad():
        for i, module in enumerate(net):
            own = {n.split(".")[1]: p for n, p in params.items() if n.split(".")[0] == str(i)}
            value = functional_call(module, own, (value,))
            layers.append(value)
    weight_grads, image_grads = grad(loss, (0, 1))(params, x)
    weight_sums, image_sums = vjp(logits, params, x)[1](cotangents)
    product = jvp(lambda p: grad(loss)(p, x), (params,), (direction,))[1]
    return {
        "logits": numpy([logits(params, x)]),
        "activations": numpy(layers),
        "weight_gradients": numpy(weight_grads.values()),
        "image_gradients": numpy([image_grads]),
        "weight_gradients_of_cotangents": numpy(weight_sums.values()),
        "image_gradients_of_cotangents": numpy([image_sums]),
        "hessian_vector_product": numpy(product.values()),
    }


def case(architecture: Architecture, activation: str) -> dict[str, np.ndarray]:
    exact = answers(architecture, activation, np.float64)
    ways = itertools.product([True, False], [False, True])
    runs = [answers(architecture, activation, np.float32, *way) for way in ways]
    arrays = {}
    for key, tensors in exact.items():
        errors = np.max([list(map(error, tensors, run[key])) for run in runs], 0)
        if errors.max() > WELL_POSED:
            raise AssertionError(f"{architecture['name']} {activation}: {key} of float32 is off by {errors.max():.1e}")
        arrays[key] = np.array([gi.summarise(t) for t in tensors])
        arrays[f"{key}_float32_error"] = errors.astype(np.float32)
    return arrays


def main(out: Path, names: list[str]) -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    out.mkdir(parents=True, exist_ok=True)
    for name in names or ARCHITECTURES:
        architecture = ARCHITECTURES[name]
        cases = [case(architecture, activation) for activation in ALL_ACTIVATIONS]
        arrays = {key: np.stack([c[key] for c in cases]) for key in cases[0]}
        if not all(np.isfinite(a).all() for a in arrays.values()):
            raise AssertionError(f"{name}: a golden is not finite")
        metadata = {
            "activations": json.dumps(list(ALL_ACTIVATIONS)),
            "versions": json.dumps({"torch": torch.__version__, "numpy": np.__version__}),
        }
        save_file(arrays, out / f"{name}.safetensors", metadata)
        worst = {k.removesuffix("_float32_error"): a.max() for k, a in arrays.items() if k.endswith("error")}
        print(name, ", ".join(f"{k} {v:.1e}" for k, v in worst.items()), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

"""Times torch.func's answers to the questions of a population on one core, and checks them first.

    python tools/peers/bench_population.py [--arch cnn-s-1ch] [--models 16 64] [--images 100]

tanh, float32, shared images: logits by vmap of the network, gradients by vmap(grad), Hessian-vector products by vmap of
jvp(grad). Prints {ready: [...]}, then, for each line of stdin that holds a number of seconds, a JSON line per number of
models with model-samples per second of each question, and an empty line: the protocol of bench_peers.py --serve.
"""

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"  # before numpy and torch load

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402
from torch.func import functional_call, grad, jvp, vmap  # noqa: E402

import golden_inputs as gi  # noqa: E402
from bench_peers import GRADIENT_LIMIT, golden_weights, relative_error  # noqa: E402
from nets import ALL_ACTIVATIONS, ARCHITECTURES, build  # noqa: E402
from peer_torch import configure, version  # noqa: E402

GOLDENS = Path(__file__).parents[2] / "packages/engine/test/fixtures/population-goldens"


class Population:
    """The questions as functions of stacked weights and the same images for all models."""

    def __init__(self, architecture: dict, models: int, x: torch.Tensor, y: torch.Tensor):
        net = build(architecture, "tanh").to("meta")
        names = [name for name, _ in net.named_parameters()]
        stacked = [torch.from_numpy(np.stack(t)) for t in zip(*(golden_weights(net, m) for m in range(models)))]
        self.params = dict(zip(names, stacked))
        sizes = [p[0].numel() for p in stacked]
        vector = torch.from_numpy(gi.signed(gi.STREAM_VECTORS, sum(sizes))).split(sizes)
        self.vectors = {n: v.view_as(p[0]).expand_as(p).contiguous() for n, p, v in zip(names, stacked, vector)}

        def loss(params: dict) -> torch.Tensor:
            return F.nll_loss(F.log_softmax(functional_call(net, params, (x,)), 1), y)

        logits = vmap(lambda params: functional_call(net, params, (x,)))
        gradients = vmap(grad(loss))
        products = vmap(lambda params, vector: jvp(grad(loss), (params,), (vector,))[1])
        self.questions = {
            "logits": lambda: logits(self.params),
            "gradients": lambda: gradients(self.params),
            "Hessian-vector products": lambda: products(self.params, self.vectors),
        }


def check(architecture: dict) -> dict[str, float]:
    """Worst errors of the first model's answers against the float64 goldens."""
    golden = load_file(GOLDENS / f"{architecture['name']}.safetensors")
    tanh = list(ALL_ACTIVATIONS).index("tanh")
    x = torch.from_numpy(gi.pixels(tuple(architecture["input"]), np.float32)[: gi.BATCH])
    y = torch.from_numpy(gi.labels(architecture["classes"])[: gi.BATCH])
    ask = Population(architecture, 2, x, y).questions
    with torch.no_grad():
        answers = {"logits": [ask["logits"]()]}
    answers["weight_gradients"] = list(ask["gradients"]().values())
    answers["hessian_vector_product"] = list(ask["Hessian-vector products"]().values())
    errors = {
        key: max(relative_error(t[0].numpy(), g) for t, g in zip(tensors, golden[key][tanh], strict=True))
        for key, tensors in answers.items()
    }
    if max(errors.values()) > GRADIENT_LIMIT:
        raise AssertionError(f"{architecture['name']}: errors {errors} exceed {GRADIENT_LIMIT}")
    return errors


def rate(ask, model_samples: int, seconds: float) -> float:
    """Model-samples per second of whole calls that last at least `seconds`."""
    calls, start = 0, time.perf_counter()
    while calls == 0 or time.perf_counter() - start < seconds:
        ask()
        calls += 1
    return calls * model_samples / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", choices=ARCHITECTURES, default="cnn-s-1ch")
    parser.add_argument("--models", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--images", type=int, default=100)
    options = parser.parse_args()
    configure()
    architecture = ARCHITECTURES[options.arch]
    errors = check(architecture)
    rng = np.random.default_rng(1)
    x = torch.from_numpy(rng.standard_normal((options.images, *architecture["input"]), np.float32))
    y = torch.from_numpy(rng.integers(0, architecture["classes"], options.images))
    populations = {models: Population(architecture, models, x, y) for models in options.models}
    about = {"peer": "torch.func", "variant": "vmap", "arch": options.arch}
    print(json.dumps({"ready": [{**about, "models": models} for models in populations]}), flush=True)
    for line in sys.stdin:
        for models, population in populations.items():
            share = float(line) / len(populations) / len(population.questions)
            rates = {}
            for name, ask in population.questions.items():
                with torch.set_grad_enabled(name != "logits"):
                    rates[name] = [round(rate(ask, models * options.images, share))]
            versions = {"torch": version(), "python": platform.python_version()}
            row = {**about, "models": models, "rates": rates, "errors": errors, "versions": versions}
            print(json.dumps(row))
        print(flush=True)


if __name__ == "__main__":
    main()

"""Times training by PyTorch, torch.func and JAX on one core, and checks their gradients and Adam first.

    python tools/peers/bench_peers.py --peer torch|vmap|jax [--arch cnn-s-1ch] [--models 16 64] [--variant V ...]
        [--seconds 15 | --serve] [--core 0]

Recipe: tanh, batch 10, Adam, no dropout, float32, batches drawn from 10,000 images in memory; no metrics are kept,
which favours the peers. `--seconds` is shared by all variants, in turns of a second, so that a busy moment hits all.

Prints a JSON line per variant: {peer, variant, arch, models, samples_per_s, samples_per_cpu_s, setup_s, errors,
versions}, and an empty line after the last. Both rates count model-samples, one figure per turn, by the clock and by
the CPU time of this process: where they are far apart, the core was shared. setup_s is building, compiling and
checking, and is in no other figure.

With --serve it sets up once, prints {ready: [...]}, and measures whenever it reads a line with a number of seconds: so
a driver can interleave peers that take half a minute to compile.
"""

import argparse
import importlib
import itertools
import json
import os
import platform
import sys
import time
from pathlib import Path

for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"  # before numpy and torch load

import numpy as np  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

import golden_inputs as gi  # noqa: E402
from nets import ARCHITECTURES, build  # noqa: E402

GOLDENS = Path(__file__).parents[2] / "packages/engine/test/fixtures/goldens"
PEERS = {"torch": "TorchPeer", "vmap": "VmapPeer", "jax": "JaxPeer"}
# The fastest variants, and the plainest one. `torch --variant compile` runs too, but is slower than eager at this size.
DEFAULTS = {
    "torch": ["plain", "foreach", "fused", "fused-no-onednn"],
    "vmap": ["conv", "unfold", "compile"],
    "jax": ["conv", "patches"],
}
IMAGES, LR, TURN_S = 10_000, 3e-4, 1.0
STEPS_PER_CALL = 640  # divided by the models; JAX compiles a program per number of steps

# Relative L2. Float32 gradients of all peers were within 3e-6 of float64, weights after a step within 6e-6.
GRADIENT_LIMIT, WEIGHT_LIMIT = 1e-5, 2e-5


def relative_error(tensor: np.ndarray, golden: np.ndarray) -> float:
    """The probes' estimate of the L2 error of one tensor; see golden_inputs.summarise."""
    probes = slice(1, 1 + gi.PROBES)
    return float(np.sqrt(((gi.summarise(tensor)[probes] - golden[probes]) ** 2).mean()) / golden[0])


def golden_weights(module, seed: int) -> list[np.ndarray]:
    return [gi.weight(seed, i, tuple(p.shape)) for i, p in enumerate(module.parameters())]


def check(make, architecture: dict, models: int) -> dict[str, float]:
    """Worst errors of gradients and of one Adam step against the float64 goldens, for the first and the last model."""
    golden = load_file(GOLDENS / f"{architecture['name']}.safetensors")
    net = build(architecture, "tanh")
    tanh, adam, no_decay, first_step = 0, 1, 0, 0
    shape = tuple(architecture["input"])
    data = (gi.pixels(shape, np.float32), gi.labels(architecture["classes"]))
    errors = {}
    step_seed = int(golden["weights_seed"][tanh, adam, no_decay])
    for what, seed in (("gradients", 0), ("weights", step_seed)):
        others = [golden_weights(net, 1000 + m) for m in range(max(0, models - 2))]
        ends = [golden_weights(net, seed) for _ in range(min(2, models))]
        peer = make([ends[0], *others, *ends[1:]], *data)
        batch = np.arange(gi.BATCH)
        if what == "gradients":
            tensors, expected = peer.gradients(batch), golden["gradients"][tanh]
        else:
            peer.run(np.tile(batch, (1, models, 1)))
            tensors, expected = peer.weights(), golden["weights"][tanh, adam, no_decay, first_step]
        pairs = [(t[m], e) for t, e in zip(tensors, expected, strict=True) for m in (0, -1)]
        errors[what] = max(relative_error(*pair) for pair in pairs)
    if errors["gradients"] > GRADIENT_LIMIT or errors["weights"] > WEIGHT_LIMIT:
        raise AssertionError(f"{architecture['name']}: errors {errors} exceed {GRADIENT_LIMIT} and {WEIGHT_LIMIT}")
    return errors


class Timed:
    """One variant, built, checked, compiled and warm."""

    def __init__(self, peer_name: str, architecture: dict, models: int, variant: str, x, y):
        started = time.perf_counter()
        kind = getattr(importlib.import_module(f"peer_{peer_name}"), PEERS[peer_name])
        self.about = {"peer": peer_name, "variant": variant, "arch": architecture["name"], "models": models}
        self.errors = check(lambda w, *data: kind(architecture, w, *data, LR, variant), architecture, models)
        net = build(architecture, "tanh")
        self.peer = kind(architecture, [golden_weights(net, m) for m in range(models)], x, y, LR, variant)
        steps = max(10, STEPS_PER_CALL // models)
        self.batches = np.random.default_rng(0).integers(0, len(x), (steps, models, gi.BATCH))
        self.turn(0)
        self.setup_s = time.perf_counter() - started

    def turn(self, seconds: float) -> tuple[float, float]:
        """Model-samples per second and per CPU second of whole calls that last at least `seconds`."""
        calls, wall, cpu = 0, time.perf_counter(), time.process_time()
        while calls == 0 or time.perf_counter() - wall < seconds:
            self.peer.run(self.batches)
            calls += 1
        samples = calls * self.batches.size
        return samples / (time.perf_counter() - wall), samples / (time.process_time() - cpu)


def prepare(peer: str, architecture: dict, models: list[int], variants: list[str]) -> list[Timed]:
    """Every combination that runs here (torch.compile needs a C++ compiler); a wrong result ends the program."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((IMAGES, *architecture["input"]), np.float32)
    y = rng.integers(0, architecture["classes"], IMAGES)
    ready = []
    for count, variant in itertools.product(models, variants):
        try:
            ready.append(Timed(peer, architecture, count, variant, x, y))
        except AssertionError:
            raise
        except Exception as error:
            print(f"bench_peers: {peer} {variant} does not run here: {str(error).splitlines()[0]}", file=sys.stderr)
    return ready


def measure(timed: list[Timed], seconds: float, versions: dict[str, str]) -> None:
    """Takes turns for `seconds` in all, one at least each, and prints the rows."""
    turns: list[list[tuple[float, float]]] = [[] for _ in timed]
    deadline = time.perf_counter() + seconds
    while not turns[-1] or time.perf_counter() < deadline:
        for mine, one in zip(turns, timed):
            mine.append(one.turn(TURN_S))
    for mine, one in zip(turns, timed):
        per_s, per_cpu_s = ([round(rate) for rate in rates] for rates in zip(*mine))
        row = {**one.about, "samples_per_s": per_s, "samples_per_cpu_s": per_cpu_s}
        print(json.dumps({**row, "setup_s": round(one.setup_s, 1), "errors": one.errors, "versions": versions}))
    print(flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", choices=PEERS, required=True)
    parser.add_argument("--arch", choices=[n for n in ARCHITECTURES if n != "odd-cnn"], default="cnn-s-1ch")
    parser.add_argument("--models", type=int, nargs="+", help="default: 1 for torch, else 16 64")
    parser.add_argument("--variant", nargs="+", help="default: all that can win")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--serve", action="store_true", help="measure once per line of stdin, which holds the seconds")
    parser.add_argument("--core", type=int, help="pin to this core; default: as the caller did")
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    module = importlib.import_module(f"peer_{options.peer}")
    module.configure()
    variants = options.variant or DEFAULTS[options.peer]
    if unknown := set(variants) - set(module.VARIANTS):
        parser.error(f"--variant must be among {', '.join(module.VARIANTS)}; got {', '.join(sorted(unknown))}")
    models = options.models or ([1] if options.peer == "torch" else [16, 64])
    timed = prepare(options.peer, ARCHITECTURES[options.arch], models, variants)
    if not timed:
        return 1
    versions = {options.peer: module.version(), "python": platform.python_version()}
    if options.serve:
        print(json.dumps({"ready": [one.about for one in timed]}), flush=True)
        for line in sys.stdin:
            measure(timed, float(line), versions)
    else:
        measure(timed, options.seconds, versions)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Milliseconds per training step of the twin of src/hyperrep (forward, backward, Adam), as perf/hyperrep.ts measures ours.

python packages/bench/perf/hyperrep.py [width] [steps] [threads]
"""
import json
import math
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "test" / "fixtures"))
import make_hyperrep as twin  # noqa: E402

width, steps, threads = (int(a) for a in (sys.argv[1:] + ["128", "5", "2"][len(sys.argv) - 1 :]))
torch.set_num_threads(threads)
torch.manual_seed(1)
layers, at = [], 0
for count, size in ((8, 26), (6, 201), (4, 25), (20, 37), (10, 21)):
    layers.append(dict(count=count, width=size, offset=at))
    at += count * size
twin.LAYERS[:] = layers
config = twin.case("perf", width=width, heads=4, hidden=2 * width, latent=64,
                   loss=dict(gamma=0, temperature=.1, reduction="global_mean", behaviour=0, images=0))
parameters = {}
for name, shape in twin.shapes(config):
    bound = 1 / math.sqrt(shape[0])
    value = torch.ones(shape) if name.endswith("_gain") else torch.empty(shape).uniform_(-bound, bound)
    parameters[name] = value.requires_grad_()
optimizer = torch.optim.Adam(parameters.values(), lr=1e-4, weight_decay=1e-9)
x = torch.randn(64, at)
net = twin.Twin(config, layers, parameters)


def step():
    optimizer.zero_grad()
    loss = net.loss(x, x)[0]
    loss.backward()
    optimizer.step()


step()
times = []
for _ in range(steps):
    since = time.perf_counter()
    step()
    times.append(1000 * (time.perf_counter() - since))
print(json.dumps(dict(program=f"torch {torch.__version__}", threads=threads, width=width, batch=64, ms=statistics.median(times), best=min(times))))

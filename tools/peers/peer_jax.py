"""JAX: M models as one by vmap, steps by scan, everything under one jit."""

import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax  # noqa: E402  (reads XLA_FLAGS)
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax import lax  # noqa: E402

from nets import Architecture  # noqa: E402

VARIANTS = ["conv", "patches"]  # `patches` writes convolutions as products with shifted images, and pools as a max
BETAS, EPS = (0.9, 0.999), 1e-8


def configure() -> None:
    """Threads are set by XLA_FLAGS above; the driver pins the process to one core besides."""


def version() -> str:
    return jax.__version__


def _convolve(x, weight, stride: int, patches: bool):
    if not patches:
        return lax.conv(x, weight, (stride, stride), "VALID")
    k = weight.shape[2]
    h, w = ((size - k) // stride + 1 for size in x.shape[2:])
    windows = [
        x[:, :, i : i + stride * (h - 1) + 1 : stride, j : j + stride * (w - 1) + 1 : stride]
        for i in range(k)
        for j in range(k)
    ]
    return jnp.einsum("kbchw,ock->bohw", jnp.stack(windows), weight.reshape(*weight.shape[:2], k * k))


def _max_pool(x, k: int, patches: bool):
    if not patches:
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, k, k), (1, 1, k, k), "VALID")
    b, c, h, w = x.shape
    x = x[:, :, : h // k * k, : w // k * k].reshape(b, c, h // k, k, w // k, k)
    return x.max((3, 5))


def _logits(architecture: Architecture, params, x, patches: bool):
    params = iter(params)
    for layer in architecture["layers"]:
        kind = layer["type"]
        if kind == "conv2d":
            x = _convolve(x, next(params), layer.get("stride", 1), patches) + next(params)[:, None, None]
        elif kind == "maxpool2d":
            x = _max_pool(x, layer["kernel"], patches)
        elif kind == "avgpool2d":
            x = x.mean((2, 3), keepdims=True)  # only the global one occurs here
        elif kind == "activation":
            x = jnp.tanh(x)
        elif kind == "flatten":
            x = x.reshape(x.shape[0], -1)
        elif kind == "linear":
            x = x @ next(params).T + next(params)
    return x


class JaxPeer:
    """`weights` holds one list of tensors per model."""

    def __init__(self, architecture: Architecture, weights: list[list[np.ndarray]], x, y, lr: float, variant: str):
        params = [jnp.asarray(np.stack(tensors)) for tensors in zip(*weights)]
        m, v = ([jnp.zeros_like(p) for p in params] for _ in range(2))  # two, because their memory is reused
        self.state = (params, m, v, jnp.zeros(len(weights)))
        self.x, self.y = jnp.asarray(x), jnp.asarray(y)

        def loss(params, x, y):
            scores = jax.nn.log_softmax(_logits(architecture, params, x, variant == "patches"))
            return -jnp.take_along_axis(scores, y[:, None], 1).mean()

        def step(state, x, y):
            params, m, v, t = state
            grads = jax.grad(loss)(params, x, y)
            t = t + 1
            m = [BETAS[0] * a + (1 - BETAS[0]) * g for a, g in zip(m, grads)]
            v = [BETAS[1] * a + (1 - BETAS[1]) * g * g for a, g in zip(v, grads)]
            rate, scale = lr / (1 - BETAS[0] ** t), 1 / jnp.sqrt(1 - BETAS[1] ** t)
            params = [p - rate * a / (jnp.sqrt(b) * scale + EPS) for p, a, b in zip(params, m, v)]
            return params, m, v, t

        def train(state, x, y, batches):
            advance = jax.vmap(step)
            return lax.scan(lambda s, i: (advance(s, x[i], y[i]), None), state, batches)[0]

        self.train = jax.jit(train, donate_argnums=0)
        self.grad = jax.jit(jax.vmap(jax.grad(loss), in_axes=(0, None, None)))

    def gradients(self, batch: np.ndarray) -> list[np.ndarray]:
        """One [M, ...] array per tensor, every model on the same batch."""
        return [np.asarray(g) for g in self.grad(self.state[0], self.x[batch], self.y[batch])]

    def run(self, batches: np.ndarray) -> None:
        """Trains on batches [steps, models, B] of image numbers; compiles once per number of steps."""
        self.state = jax.block_until_ready(self.train(self.state, self.x, self.y, jnp.asarray(batches)))

    def weights(self) -> list[np.ndarray]:
        return [np.asarray(p) for p in self.state[0]]

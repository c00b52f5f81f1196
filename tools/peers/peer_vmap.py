"""torch.func: M models as one, by vmap over gradients of a functional call; Adam on the stacked weights."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call, grad, vmap

from nets import Architecture, build
from peer_torch import configure, version

__all__ = ["VARIANTS", "VmapPeer", "configure", "version"]

# `compile` wraps the gradients in torch.compile; `unfold` makes convolutions of unfold and a matrix product, which vmap
# turns into a batched one, where vmap of a convolution becomes a grouped one.
VARIANTS = ["conv", "conv-no-onednn", "unfold", "compile"]


class UnfoldedConv2d(nn.Conv2d):
    """The same convolution as columns times a matrix."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        side = [(n + 2 * p - k) // s + 1 for n, p, k, s in zip(x.shape[2:], self.padding, self.kernel_size, self.stride)]
        columns = F.unfold(x, self.kernel_size, padding=self.padding, stride=self.stride)
        out = self.weight.flatten(1) @ columns + self.bias[:, None]
        return out.unflatten(2, side)


class VmapPeer:
    """`weights` holds one list of tensors per model."""

    def __init__(self, architecture: Architecture, weights: list[list[np.ndarray]], x, y, lr: float, variant: str):
        self.onednn = not variant.endswith("-no-onednn")
        net = build(architecture, "tanh").to("meta")
        if variant == "unfold":
            for module in net:
                if isinstance(module, nn.Conv2d):
                    module.__class__ = UnfoldedConv2d
        names = [name for name, _ in net.named_parameters()]
        stacked = [torch.from_numpy(np.stack(tensors)) for tensors in zip(*weights)]
        self.params = dict(zip(names, stacked))
        self.optimizer = torch.optim.Adam(stacked, lr=lr, fused=True)
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y)

        def loss(params: dict, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return F.nll_loss(F.log_softmax(functional_call(net, params, (x,)), 1), y)

        self.grad = vmap(grad(loss))
        if variant == "compile":
            self.grad = torch.compile(self.grad)

    def _gradients(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        return self.grad(self.params, self.x[batch], self.y[batch])

    def gradients(self, batch: np.ndarray) -> list[np.ndarray]:
        """One [M, ...] array per tensor, every model on the same batch."""
        torch.backends.mkldnn.set_flags(self.onednn)  # global, so other variants may have changed it
        models = len(next(iter(self.params.values())))
        return [g.numpy() for g in self._gradients(torch.from_numpy(np.tile(batch, (models, 1)))).values()]

    def run(self, batches: np.ndarray) -> None:
        """Trains on batches [steps, models, B] of image numbers."""
        torch.backends.mkldnn.set_flags(self.onednn)
        for batch in torch.from_numpy(batches):
            for name, gradient in self._gradients(batch).items():
                self.params[name].grad = gradient
            self.optimizer.step()

    def weights(self) -> list[np.ndarray]:
        return [p.numpy() for p in self.params.values()]

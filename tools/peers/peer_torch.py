"""PyTorch eager: one model per process, the published way."""

import numpy as np
import torch
import torch.nn.functional as F

from nets import Architecture, build

ADAM = {"plain": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}, "compile": {"fused": True}}
# Adam's implementation, and whether oneDNN's convolutions are on; `compile` is torch.compile of forward and backward.
VARIANTS = [f"{adam}{kernels}" for adam in ("plain", "foreach", "fused") for kernels in ("", "-no-onednn")]
VARIANTS.append("compile")


def configure() -> None:
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)


def version() -> str:
    return torch.__version__


class TorchPeer:
    """One model; data is a float32 [N, C, H, W] and labels int64 [N]."""

    def __init__(self, architecture: Architecture, weights: list[list[np.ndarray]], x, y, lr: float, variant: str):
        self.onednn = not variant.endswith("-no-onednn")
        adam = variant.split("-")[0]
        self.net = build(architecture, "tanh")
        with torch.no_grad():
            for p, w in zip(self.net.parameters(), weights[0]):
                p.copy_(torch.from_numpy(w))
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr, **ADAM[adam])
        self.loss = torch.compile(self._loss) if adam == "compile" else self._loss
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y)

    def _loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return F.nll_loss(F.log_softmax(self.net(x), 1), y)

    def _step(self, batch: torch.Tensor) -> None:
        self.optimizer.zero_grad()
        self.loss(self.x[batch], self.y[batch]).backward()
        self.optimizer.step()

    def gradients(self, batch: np.ndarray) -> list[np.ndarray]:
        """One [1, ...] array per tensor, on the current weights."""
        torch.backends.mkldnn.set_flags(self.onednn)  # global, so other variants may have changed it
        self.optimizer.zero_grad()
        indices = torch.from_numpy(batch)
        self.loss(self.x[indices], self.y[indices]).backward()
        return [p.grad.numpy().copy()[None] for p in self.net.parameters()]

    def run(self, batches: np.ndarray) -> None:
        """Trains on batches [steps, models, B] of image numbers."""
        torch.backends.mkldnn.set_flags(self.onednn)
        for batch in torch.from_numpy(batches[:, 0]):
            self._step(batch)

    def weights(self) -> list[np.ndarray]:
        return [p.detach().numpy()[None] for p in self.net.parameters()]

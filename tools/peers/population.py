"""Trains a population of PyTorch models the published way: one by one, eagerly, in float32, on one thread.

    pip install -r tools/peers/requirements.txt
    npm run build && node tools/python/dump-dataset.mjs usps DUMP
    python tools/peers/population.py DUMP RECIPE packages/engine/test/fixtures/populations/RECIPE.json

RECIPE is tanh-uniform-adam or gelu-kaiming-sgd-dropout; each takes 6 minutes of one core.

Images, labels, split and normalisation are @zoo/data's; initialisation, shuffling, dropout and training are PyTorch's.
Two-sample tests compare the test accuracies and losses with the engine's for the same recipe.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from nets import ARCHITECTURES, build

MODELS = 64
EPOCHS = [1, 5, 10]
BATCH = 10
BIAS = 0.01

RECIPES = {
    "tanh-uniform-adam": {
        **{"architecture": "cnn-s-1ch", "activation": "tanh", "init": "uniform", "dropout": 0.0},
        **{"optimizer": "adam", "lr": 3e-4, "weight_decay": 1e-3, "momentum": 0.0, "batch_size": BATCH},
    },
    "gelu-kaiming-sgd-dropout": {
        **{"architecture": "cnn-s-1ch", "activation": "gelu", "init": "kaiming_uniform", "dropout": 0.5},
        **{"optimizer": "sgd", "lr": 1e-3, "weight_decay": 1e-3, "momentum": 0.9, "batch_size": BATCH},
    },
}
INITS = {"uniform": nn.init.uniform_, "kaiming_uniform": nn.init.kaiming_uniform_}


def load(dump: Path) -> tuple[dict, dict[str, tuple[torch.Tensor, torch.Tensor]]]:
    """The dump's description, and normalised images with labels per split."""
    about = json.loads((dump / "dataset.json").read_text())
    images = np.fromfile(dump / "images.u8", np.uint8).reshape(-1, *about["shape"])
    scale, shift = (np.array(about[k], np.float32).astype(np.float64)[:, None, None] for k in ("scale", "shift"))
    x = torch.from_numpy((images * scale + shift).astype(np.float32))
    y = torch.from_numpy(np.fromfile(dump / "labels.u8", np.uint8).astype(np.int64))
    return about, {name: (x[indices], y[indices]) for name, indices in about["splits"].items()}


def initialised(recipe: dict, seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    net = build(ARCHITECTURES[recipe["architecture"]], recipe["activation"], recipe["dropout"])
    for p in net.parameters():
        nn.init.constant_(p, BIAS) if p.dim() == 1 else INITS[recipe["init"]](p)
    return net


def optimiser(recipe: dict, net: nn.Module) -> torch.optim.Optimizer:
    options = {"lr": recipe["lr"], "weight_decay": recipe["weight_decay"], "fused": True}
    if recipe["optimizer"] == "sgd":
        return torch.optim.SGD(net.parameters(), momentum=recipe["momentum"], **options)
    return torch.optim.Adam(net.parameters(), **options)


def train_epoch(net: nn.Module, step: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
    net.train()
    for batch in torch.randperm(len(x)).split(BATCH):
        step.zero_grad()
        F.nll_loss(F.log_softmax(net(x[batch]), 1), y[batch]).backward()
        step.step()


@torch.no_grad()
def evaluate(net: nn.Module, x: torch.Tensor, y: torch.Tensor) -> tuple[int, float]:
    """Right answers, mean NLL. All at once, as published."""
    net.eval()
    logits = net(x)
    return int((logits.argmax(1) == y).sum()), F.cross_entropy(logits.double(), y).item()


def main(dump: Path, name: str, out: Path) -> None:
    torch.set_num_threads(1)
    torch.backends.mkldnn.set_flags(False)  # its own convolutions are faster at this size: 0.95 ms a step, not 1.2
    recipe = RECIPES[name]
    about, data = load(dump)
    correct, loss = (np.zeros((len(EPOCHS), MODELS)) for _ in range(2))
    started = time.time()
    for model in range(MODELS):
        net = initialised(recipe, seed=model + 1)
        step = optimiser(recipe, net)
        for epoch in range(1, max(EPOCHS) + 1):
            train_epoch(net, step, *data["train"])
            if epoch in EPOCHS:
                e = EPOCHS.index(epoch)
                correct[e, model], loss[e, model] = evaluate(net, *data["test"])
        accuracy = correct[:, model] / len(data["test"][1])
        figures = f"{accuracy.round(4)} {loss[:, model].round(4)}"
        print(f"{name} {model + 1}/{MODELS} {time.time() - started:.0f} s: {figures}", flush=True)
    result = {
        "recipe": recipe,
        "dataset": {key: about[key] for key in ("name", "sha256")} | {"test": len(data["test"][1])},
        "seeds": [1, MODELS],
        "epochs": EPOCHS,
        "versions": {"torch": torch.__version__},
        "command": f"python tools/peers/population.py DUMP {name} OUT",
        "test_correct": correct.astype(int).tolist(),
        "test_loss": [[float(f"{v:.7g}") for v in row] for row in loss],
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in result.items())
    out.write_text(f"{{\n{rows}\n}}\n")
    for epoch, accuracies, losses in zip(EPOCHS, correct / len(data["test"][1]), loss):
        spread = [f"{v.mean():.4f} +- {v.std(ddof=1):.4f}" for v in (accuracies, losses)]
        print(f"epoch {epoch}: accuracy {spread[0]}, loss {spread[1]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))

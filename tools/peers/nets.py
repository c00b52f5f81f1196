"""The architectures as data, and as PyTorch modules. Layers as in Schürholt et al. 2022 and Unterthiner et al. 2020."""

from typing import Any

import torch
from torch import nn

Architecture = dict[str, Any]

ACTIVATIONS = {
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.01),
    "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
}

# What the engine has besides; the training goldens are of the six above.
ALL_ACTIVATIONS = {**ACTIVATIONS, "elu": nn.ELU, "none": nn.Identity}

ACT, DROP, FLAT = {"type": "activation"}, {"type": "dropout"}, {"type": "flatten"}


def _conv(out: int, kernel: int, **options: int) -> dict:
    return {"type": "conv2d", "out": out, "kernel": kernel, **options}


def _pool(kind: str, kernel: int, **options: int) -> dict:
    return {"type": f"{kind}pool2d", "kernel": kernel, **options}


def _linear(out: int) -> dict:
    return {"type": "linear", "out": out}


_CNN_S = [
    *(_conv(8, 5), _pool("max", 2), ACT, DROP),
    *(_conv(6, 5), _pool("max", 2), ACT, DROP),
    *(_conv(4, 2), ACT, FLAT, _linear(20), ACT, DROP, _linear(10)),
]
_CNN_L = [
    *(_conv(16, 3), _pool("max", 2), ACT, DROP),
    *(_conv(32, 3), _pool("max", 2), ACT, DROP),
    *(_conv(15, 3), _pool("max", 2), ACT, DROP),
    *(FLAT, _linear(20), ACT, DROP, _linear(10)),
]
_STRIDED = [*[_conv(16, 3, stride=2), ACT] * 3, _pool("avg", 2), FLAT, _linear(10)]
_MLP = [FLAT, _linear(64), ACT, DROP, _linear(32), ACT, DROP, _linear(10)]
# Everything the published nets leave out: padding, overlapping pools, a remainder at the border, H != W, 5 classes.
_ODD = [
    *(_conv(4, 3, stride=2, padding=1), ACT, _pool("avg", 2, stride=1)),
    *(_conv(3, 2, padding=1), _pool("max", 3, stride=2), ACT, DROP),
    *(FLAT, _linear(7), ACT, _linear(5)),
]


def _architecture(name: str, shape: list[int], classes: int, layers: list[dict]) -> Architecture:
    return {"name": name, "input": shape, "classes": classes, "layers": layers}


ARCHITECTURES: dict[str, Architecture] = {
    a["name"]: a
    for a in [
        _architecture("cnn-s-1ch", [1, 28, 28], 10, _CNN_S),
        _architecture("cnn-s-3ch", [3, 28, 28], 10, _CNN_S),
        _architecture("cnn-l", [3, 32, 32], 10, _CNN_L),
        _architecture("strided-cnn-1ch", [1, 28, 28], 10, _STRIDED),
        _architecture("mlp", [1, 28, 28], 10, _MLP),
        _architecture("odd-cnn", [2, 9, 11], 5, _ODD),
    ]
}

PARAMETERS = {"cnn-s-1ch": 2464, "cnn-s-3ch": 2864, "cnn-l": 10853, "strided-cnn-1ch": 4970}  # published counts


def build(architecture: Architecture, activation: str, dropout: float = 0.0) -> nn.Sequential:
    """The module whose layer i is entry i of `layers`, so parameter names are `{i}.weight`; default initialisation."""
    shape = architecture["input"]
    modules: list[nn.Module] = []
    for layer in architecture["layers"]:
        kind, kernel, stride = layer["type"], layer.get("kernel", 0), layer.get("stride")
        if kind == "conv2d":
            module = nn.Conv2d(shape[0], layer["out"], kernel, stride or 1, layer.get("padding", 0))
        elif kind == "maxpool2d":
            module = nn.MaxPool2d(kernel, stride)
        elif kind == "avgpool2d":
            module = nn.AvgPool2d(kernel, stride)
        elif kind == "linear":
            module = nn.Linear(shape[0], layer["out"])
        elif kind == "activation":
            module = ALL_ACTIVATIONS[activation]()
        elif kind == "dropout":
            module = nn.Dropout(dropout) if dropout else nn.Identity()
        elif kind == "flatten":
            module = nn.Flatten()
        else:
            raise ValueError(f"unknown layer type {kind!r}")
        modules.append(module)
        with torch.no_grad():
            shape = list(nn.Sequential(module).eval()(torch.zeros(1, *shape)).shape[1:])
    net = nn.Sequential(*modules)
    known = PARAMETERS.get(architecture["name"])
    size = sum(p.numel() for p in net.parameters())
    if known not in (None, size):
        raise AssertionError(f"{architecture['name']} has {size} parameters, published are {known}")
    return net

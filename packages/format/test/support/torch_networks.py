"""Builds networks as PyTorch modules from their layer lists and runs them: python torch_networks.py FOLDER

FOLDER/cases.json: [{architecture, activation, tensors, buffers, states}], tensors and buffers as [{name, shape, offset}].
FOLDER/{case}-{state}-weights.f32, {case}-{state}-buffers.f32, {case}-image.f64: flat vectors, little-endian.
Prints [{parameters, buffers, logits, logits32}]: names and shapes of the module's own, and the logits of each state in
float64 and float32.
"""
import json, math, sys
import numpy as np, torch
from torch import nn

folder = sys.argv[1]
activations = {
    "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": lambda: nn.LeakyReLU(0.01), "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU, "gelu": nn.GELU, "elu": lambda: nn.ELU(alpha=1.0), "none": nn.Identity,
}  # fmt: skip


class Residual(nn.Module):
    def __init__(self, layer, activation):
        super().__init__()
        self.body = sequence(layer["body"], activation)
        self.shortcut = sequence(layer["shortcut"], activation)

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


def module(layer, activation):
    bias = layer.get("bias", True)
    match layer["type"]:
        case "conv2d":
            return nn.LazyConv2d(layer["out"], layer["kernel"], layer.get("stride", 1), layer.get("padding", 0), bias=bias)
        case "linear":
            return nn.LazyLinear(layer["out"], bias=bias)
        case "maxpool2d":
            return nn.MaxPool2d(layer["kernel"], layer.get("stride"))
        case "avgpool2d":
            return nn.AvgPool2d(layer["kernel"], layer.get("stride"))
        case "activation":
            return activations[layer.get("kind", activation)]()
        case "dropout":
            return nn.Dropout(0.5)
        case "flatten":
            return nn.Flatten()
        case "batchnorm2d":
            return nn.LazyBatchNorm2d()
        case "residual":
            return Residual(layer, activation)
    raise ValueError(layer["type"])


def sequence(layers, activation):
    return nn.Sequential(*[module(layer, activation) for layer in layers])


def named(tensors, vector):
    return {t["name"]: vector[t["offset"] :][: math.prod(t["shape"])].view(t["shape"]) for t in tensors}


def run(number, case):
    read = lambda name, dtype: torch.from_numpy(np.fromfile(f"{folder}/{number}-{name}", dtype))
    image = read("image.f64", "<f8").view(1, *case["architecture"]["input"])
    network = nn.Module()
    network.layers = sequence(case["architecture"]["layers"], case["activation"])
    network.eval()
    answers = {torch.float64: [], torch.float32: []}
    with torch.no_grad():
        network.layers(image.float())  # so that the lazy layers take their shapes
        for state in range(case["states"]):
            weights = named(case["tensors"], read(f"{state}-weights.f32", "<f4"))
            network.load_state_dict(weights | named(case["buffers"], read(f"{state}-buffers.f32", "<f4")), strict=True)
            for dtype, logits in answers.items():
                logits.append(network.to(dtype).layers(image.to(dtype))[0].tolist())
    own = lambda tensors: [{"name": name, "shape": list(t.shape)} for name, t in tensors]
    buffers = [(name, t) for name, t in network.named_buffers() if not name.endswith("num_batches_tracked")]
    logits = {"logits": answers[torch.float64], "logits32": answers[torch.float32]}
    return {"parameters": own(network.named_parameters()), "buffers": own(buffers), **logits}


torch.set_num_threads(1)
print(json.dumps([run(number, case) for number, case in enumerate(json.load(open(f"{folder}/cases.json")))]))

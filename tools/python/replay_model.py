"""Rebuilds a stored model in PyTorch and counts its right answers again: python replay_model.py ZOO MODEL EPOCH DATA

DATA: the folder that `node tools/python/dump-dataset.mjs DATASET DATA` wrote for the zoo's data set.
"""
import json, math, sys
import numpy as np, pandas as pd, torch
from safetensors import safe_open
from torch import nn

folder, model, epoch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
zoo, test = json.load(open(f"{folder}/zoo.json")), json.load(open(f"{sys.argv[4]}/dataset.json"))["splits"]["test"]
images = np.fromfile(f"{sys.argv[4]}/images.u8", np.uint8).reshape(-1, *zoo["dataset"]["shape"])[test]
labels = np.fromfile(f"{sys.argv[4]}/labels.u8", np.uint8)[test]
row = pd.read_parquet(f"{folder}/models.parquet").set_index("id").loc[model]
shard = zoo["shards"][row.shard]

def stored(array, tensors):
    """The tensors of this model at this epoch, out of its vector [D] or [B] of an array."""
    file = safe_open(f"{folder}/{shard['arrays'][array]['path']}", "pt")
    vector = file.get_slice(array)[zoo["states"].index(epoch), int(row.row)].float()
    return {t["name"]: vector[t["offset"] :][: math.prod(t["shape"])].view(t["shape"]) for t in tensors}

state = stored("weights", zoo["layout"]["tensors"])
if "buffers" in shard["arrays"]:
    state |= stored("buffers", zoo["layout"]["buffers"])

class Residual(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.body, self.shortcut = chain(layer["body"]), chain(layer["shortcut"])
    def forward(self, x):
        return self.body(x) + self.shortcut(x)

activations = {"tanh": nn.Tanh(), "relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(0.01), "sigmoid": nn.Sigmoid(), "silu": nn.SiLU(), "gelu": nn.GELU(), "elu": nn.ELU(), "none": nn.Identity()}
make = {
    "conv2d": lambda l: nn.LazyConv2d(l["out"], l["kernel"], l.get("stride", 1), l.get("padding", 0), bias=l.get("bias", True)),
    "linear": lambda l: nn.LazyLinear(l["out"], bias=l.get("bias", True)),
    "batchnorm2d": lambda l: nn.LazyBatchNorm2d(),
    "residual": Residual,
    "maxpool2d": lambda l: nn.MaxPool2d(l["kernel"], l.get("stride")),
    "avgpool2d": lambda l: nn.AvgPool2d(l["kernel"], l.get("stride")),
    "activation": lambda l: activations[l.get("kind", row.activation)],
    "dropout": lambda l: nn.Dropout(row.dropout),
    "flatten": lambda l: nn.Flatten(),
}
chain = lambda layers: nn.Sequential(*[make[layer["type"]](layer) for layer in layers])
network = nn.Sequential()
network.layers = chain(zoo["architecture"]["layers"])
missing, unexpected = network.load_state_dict(state, strict=False)
assert not unexpected and all(key.endswith("num_batches_tracked") for key in missing), (missing, unexpected)
network.eval()

data = zoo["dataset"]
scale, shift = (np.array(data[k])[:, None, None] for k in ("scale", "shift"))
pixels = images * scale + shift  # in float64, so that the next line rounds once
with torch.no_grad():
    logits = network(torch.from_numpy(pixels.astype(np.float32)))
right = int((logits.argmax(1).numpy() == labels).sum())
first, second = logits.topk(2).values.T
metrics = pd.read_parquet(f"{folder}/{shard['metrics']['path']}").set_index(["model", "epoch"]).loc[(model, epoch)]
stored, ties = round(metrics.test_acc * len(labels)), int((first - second < 1e-5).sum())
print(f"model {model}, epoch {epoch}: {right} of {len(labels)} right, stored {stored}; {ties} ties within 1e-5")
sys.exit(0 if abs(right - stored) <= ties else 1)

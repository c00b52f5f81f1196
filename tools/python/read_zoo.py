"""Opens a zoo with stock libraries: python read_zoo.py ZOO EPOCH"""
import json, sys
import numpy as np, pandas as pd
from safetensors import safe_open

folder, epoch = sys.argv[1], int(sys.argv[2])
zoo = json.load(open(f"{folder}/zoo.json"))
state = zoo["states"].index(epoch)  # not every epoch need be stored
slabs = [safe_open(f"{folder}/{s['arrays']['weights']['path']}", "np").get_slice("weights")[state] for s in zoo["shards"]]
order = np.argsort([model for s in zoo["shards"] for model in s["models"]])
weights = np.concatenate(slabs)[order]  # [models, D], in the order of models.parquet
metrics = pd.concat(pd.read_parquet(f"{folder}/{s['metrics']['path']}") for s in zoo["shards"])
models = pd.read_parquet(f"{folder}/models.parquet").merge(metrics[metrics.epoch == epoch], left_on="id", right_on="model")
print(f"{zoo['title']}: weights {weights.shape}, test accuracy {models.test_acc.mean():.4f} +- {models.test_acc.std(ddof=0):.4f}")
print(models[["id", "split", "activation", "lr", "seed", "test_acc"]].head(10).to_string(index=False))

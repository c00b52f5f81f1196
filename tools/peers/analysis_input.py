"""What the questions of bench_analysis.py are asked with: its arguments, the sizes of the run, weights and images, the peak of memory."""

import json
import resource
import sys
from pathlib import Path

import numpy as np

question, way, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
sizes = json.loads((folder / "sizes.json").read_text())
D, cores = sizes["D"], sizes["cores"]
versions = {"numpy": np.__version__}


def models(count):
    return np.fromfile(folder / "weights.f32", np.float32, count * D).reshape(count, D)


def peak(who="self"):
    """MiB. ru_maxrss would count the program that started this one."""
    for line in Path(f"/proc/{who}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

"""Questions about populations by NumPy, SciPy, scikit-learn and PyTorch: the counterpart of tools/perf/analysis-ours.ts.

python bench_analysis.py QUESTION WAY FOLDER, as tools/perf/analysis.ts starts it. Answers once for each line on stdin: the values go to
a file of float64, seconds and the peak of memory to stdout. Of several ways to do a part the fastest one counts: they are tried on a
small part before the first turn. Threads are set by the environment.
"""

import json
import sys
import time

import numpy as np
from analysis_input import folder, peak, question, versions, way
from analysis_networks import agreement, curvature, divergence, similarity
from analysis_pairs import alignment, neighbours, pairs
from analysis_states import pca, statistics

questions = {
    "agreement": agreement,
    "alignment": alignment,
    "curvature": curvature,
    "divergence": divergence,
    "neighbours": neighbours,
    "pairs": pairs,
    "pca": pca,
    "similarity": similarity,
    "statistics": statistics,
}

ask = questions[question]()
print(json.dumps({"ready": versions, "MiB": peak()}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    result = ask()
    seconds = time.perf_counter() - start
    values, more = result if isinstance(result, tuple) else (result, {})
    np.concatenate([np.asarray(part, np.float64).reshape(-1) for part in values]).tofile(folder / f"{question}.{way}.f64")
    children = sum(more.pop("children", {}).values())
    seconds *= more.pop("scale", 1)
    print(json.dumps({"seconds": seconds, "peakMiB": peak() + children, "versions": versions, **more}), flush=True)
    print(flush=True)

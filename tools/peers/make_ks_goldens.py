"""Writes packages/engine/test/fixtures/kolmogorov-smirnov.json: samples with SciPy's exact two-sample test.

python tools/peers/make_ks_goldens.py packages/engine/test/fixtures/kolmogorov-smirnov.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import ks_2samp


def cases() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(1)
    return {
        "64 and 64 of one distribution": (rng.normal(size=64), rng.normal(size=64)),
        "64 and 64, half a deviation apart": (rng.normal(size=64), rng.normal(0.5, size=64)),
        "64 and 64, wider": (rng.normal(size=64), rng.normal(0, 3, size=64)),
        "different sizes": (rng.uniform(size=10), rng.uniform(size=37) ** 2),
        "sizes with a common divisor": (rng.uniform(size=12), rng.uniform(size=30)),
        "many ties": (rng.integers(0, 6, 40), rng.integers(1, 7, 40)),
        "disjoint": (rng.uniform(size=20), 2 + rng.uniform(size=25)),
        "one value against three": (np.array([0.5]), np.array([0.1, 0.6, 0.7])),
    }


def main(out: Path) -> None:
    rows = []
    for name, (x, y) in cases().items():
        x, y = x.round(4), y.round(4)
        test = ks_2samp(x, y, method="exact")
        expected = {"statistic": float(test.statistic), "p": float(test.pvalue)}
        rows.append({"name": name, "x": x.tolist(), "y": y.tolist(), **expected})
    lines = ",\n".join(json.dumps(row) for row in rows)
    out.write_text(f'{{"versions": {{"scipy": "{scipy.__version__}"}}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main(Path(sys.argv[1]))

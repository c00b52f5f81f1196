"""Errors in ulp of float32 results read from stdin: measure.py FUNCTION STRIDE TOTAL, called by measure.ts.

Result i belongs to the input with bit pattern i * STRIDE. Prints a JSON summary.
"""
import json
import sys

import numpy as np
import scipy
from scipy import special


def clipped(x):
    """exp(-200) is 0 and exp(200) infinite in float32; NumPy is slow where float64 underflows or overflows."""
    return np.clip(x, -200, 200)


EXACT = {
    "exp": lambda x: np.exp(clipped(x)),
    "log": np.log,
    "tanh": np.tanh,
    "erf": special.erf,
    "sigmoid": lambda x: special.expit(clipped(x)),
}
BLOCK = 1 << 16
BINS_PER_ULP = 4
BINS = 64  # the last bin holds everything above


def ulp_errors(got, exact):
    """|got - exact| in float32 spacings at the exact value rounded to float32; subnormals have the spacing 2^-149.

    got: float32, exact: float64, both finite and not beyond float32's range.
    """
    return np.abs(got.astype(np.float64) - exact) / np.spacing(np.abs(exact.astype(np.float32))).astype(np.float64)


def specials_ok(got, nearest):
    """Where either side is infinite, NaN or both are zero: whether they are the same, sign of zero included."""
    same = (got == nearest) & (np.signbit(got) == np.signbit(nearest)) | np.isnan(got) & np.isnan(nearest)
    plain = np.isfinite(got) & np.isfinite(nearest) & ((got != 0) | (nearest != 0))
    return same | plain


def measure(name, stride, total, stream):
    histogram = np.zeros(BINS, np.int64)
    finite = rounded = wrong = 0
    sum_ulp, worst, low, high = 0.0, (-1.0, None), np.inf, -np.inf
    examples = []
    for first in range(0, total, BLOCK):
        count = min(BLOCK, total - first)
        words = (np.arange(first, first + count, dtype=np.uint64) * stride).astype(np.uint32)
        x = words.view(np.float32)
        got = np.frombuffer(stream.read(4 * count), np.float32)
        exact = EXACT[name](x.astype(np.float64))
        nearest = exact.astype(np.float32)
        bad = np.flatnonzero(~specials_ok(got, nearest))
        wrong += len(bad)
        examples += [case(words[i], x[i], got[i], exact[i]) for i in bad[: 5 - len(examples)]]
        measured = np.isfinite(nearest) & np.isfinite(got)
        if not measured.any():
            continue
        if not measured.all():
            words, x, got, exact, nearest = (a[measured] for a in (words, x, got, exact, nearest))
        errors = ulp_errors(got, exact)
        finite += len(errors)
        rounded += int((got == nearest).sum())
        sum_ulp += float(errors.sum())
        histogram += np.bincount(np.minimum(errors * BINS_PER_ULP, BINS - 1).astype(np.int64), minlength=BINS)
        low, high = min(low, float(got.min())), max(high, float(got.max()))
        i = int(errors.argmax())
        if errors[i] > worst[0]:
            worst = (float(errors[i]), case(words[i], x[i], got[i], exact[i]))
    last = int(np.flatnonzero(histogram)[-1])
    return {
        "worst_ulp": worst[0],
        "worst_input": worst[1],
        "mean_ulp": sum_ulp / finite,
        "finite_results": finite,
        "correctly_rounded": rounded,
        "range": [low, high],
        "wrong_specials": wrong,
        "wrong_special_examples": examples,
        "histogram": {"bin_ulp": 1 / BINS_PER_ULP, "counts": histogram[: last + 1].tolist()},
        "oracle": f"numpy {np.__version__}, scipy {scipy.__version__}, float64",
    }


def case(word, x, got, exact):
    return {"bits": f"0x{int(word):08x}", "value": float(x), "got": repr(float(got)), "exact": repr(float(exact))}


if __name__ == "__main__":
    np.seterr(all="ignore")
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.stdin.buffer)))

"""Fits the polynomials of packages/engine/native/math.h: python tools/fit/fit_math.py (needs numpy and mpmath).

Prints the float32 coefficients, lowest power first, and the largest weighted error before they were rounded. Minimax fits by
Lawson's algorithm: least squares, weights multiplied by the error again and again.
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 40


def fit(name, f, low, high, degree, weight, points=1200, rounds=400):
    """Polynomial p of `degree` on [low, high] with the smallest max |weight(x) * (p(x) - f(x))|."""
    t = np.cos(np.pi * (np.arange(points) + 0.5) / points)
    x = (low + high) / 2 + (high - low) / 2 * t
    y = np.array([float(f(mp.mpf(float(v)))) for v in x])
    scale = np.array([abs(float(weight(mp.mpf(float(v))))) for v in x])
    basis = np.polynomial.chebyshev.chebvander(t, degree)
    lawson, best = np.full(points, 1 / points), (np.inf, None)
    for _ in range(rounds):
        root = np.sqrt(lawson) * scale
        c = np.linalg.lstsq(basis * root[:, None], y * root, rcond=None)[0]
        error = np.abs((basis @ c - y) * scale)
        if error.max() < best[0]:
            best = error.max(), c
        lawson *= error
        lawson /= lawson.sum()
    powers = np.polynomial.Chebyshev(best[1], domain=[low, high]).convert(kind=np.polynomial.Polynomial)
    print(f"{name}: {best[0]:.2e}", [float(v) for v in powers.convert(domain=[-1, 1], window=[-1, 1]).coef.astype(np.float32)])


def tanh_tail(s):
    x = mp.sqrt(s)
    return (mp.tanh(x) / x - 1) / s


fit("exp, (e^r - 1 - r) / r^2", lambda r: (mp.expm1(r) - r) / r**2, -0.3477, 0.3477, 4, lambda r: r * r / mp.exp(r))
log_range = 2**-0.5 - 1 - 1e-6, 2**0.5 - 1 + 1e-6
fit("log, (log1p(f) - f + f^2 / 2) / f^3", lambda f: (mp.log1p(f) - f + f * f / 2) / f**3, *log_range, 7, lambda f: f**3 / mp.log1p(f))
fit("tanh, (tanh(x) / x - 1) / s with s = x^2", tanh_tail, 0, 0.55**2, 4, lambda s: s, points=1000)
fit("erf, erf(x) / x with s = x^2", lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s), 0, 0.921875**2, 6, lambda s: mp.sqrt(s) / mp.erf(mp.sqrt(s)), points=4000)
fit("erf, -log(1 - erf(x))", lambda x: -mp.log(mp.erfc(x)), 0.921875, 4, 6, lambda x: mp.erfc(x) / mp.erf(x), points=800)

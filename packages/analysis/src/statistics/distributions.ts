// @ts-expect-error cephes 3.3.3 leaves its types out of its "exports"
import * as untyped from "cephes";

/** The part of it that is used. */
interface Cephes {
  /** Its WebAssembly is ready. */
  compiled: Promise<void>;
  /** Regularised incomplete beta function. */
  incbet: (a: number, b: number, x: number) => number;
  /** x with incbet(a, b, x) = y. */
  incbi: (a: number, b: number, y: number) => number;
  /** Regularised upper incomplete gamma function. */
  igamc: (a: number, x: number) => number;
  kolmogorov: (x: number) => number;
  lgam: (x: number) => number;
  ndtr: (x: number) => number;
  ndtri: (p: number) => number;
}

const { compiled, igamc, incbet, incbi, kolmogorov, lgam, ndtr, ndtri } = untyped as Cephes;

await compiled;

/**
 * Tails of distributions, from the Cephes library (Moshier 1989), which SciPy too is built on. Tails are computed as
 * tails, never as 1 - p, so small p keep their digits. Arguments outside the domain give NaN.
 */

/** P(Z >= z) of a standard normal variable; 0 from z = 37.6 on. */
export function normalUpper(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  return z > 25 ? igamc(0.5, (z * z) / 2) / 2 : ndtr(-z); // ndtr gives up at 27
}

/** z with P(Z <= z) = p. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  return ndtri(p);
}

/** P(|T| >= |t|) of Student's t with `df` degrees of freedom, any positive number. */
export function studentTwoSided(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return Number.NaN;
  return Number.isFinite(t) ? incbet(df / 2, 0.5, df / (df + t * t)) : 0;
}

/** t with P(T <= t) = p, p in (0, 1). */
export function studentQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1 && df > 0)) return Number.NaN;
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  const x = incbi(df / 2, 0.5, 2 * tail);
  const t = polished(Math.sqrt(df / x - df), tail, df);
  return p < 0.5 ? -t : t;
}

/** Newton's steps: the inverse of Cephes keeps about 7 digits far out in a tail. */
function polished(t: number, tail: number, df: number): number {
  let better = t;
  for (let step = 0; step < 3; step++) {
    const excess = studentTwoSided(better, df) / 2 - tail;
    const density = Math.exp(lgam((df + 1) / 2) - lgam(df / 2) - ((df + 1) / 2) * Math.log1p((better * better) / df));
    better += (excess * Math.sqrt(df * Math.PI)) / density;
  }
  return better;
}

/** P(F >= f) of Fisher's F with `df1` and `df2` degrees of freedom. */
export function fisherUpper(f: number, df1: number, df2: number): number {
  if (Number.isNaN(f) || !(df1 > 0 && df2 > 0)) return Number.NaN;
  if (f <= 0) return 1;
  return Number.isFinite(f) ? incbet(df2 / 2, df1 / 2, df2 / (df2 + df1 * f)) : 0;
}

/** P(K >= x) of Kolmogorov's limiting distribution. */
export function kolmogorovUpper(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  return x <= 0 ? 1 : kolmogorov(x);
}

/** P(X >= k) of n trials that each succeed with probability p. */
export function binomialUpper(k: number, n: number, p: number): number {
  if (!(n >= 0 && p >= 0 && p <= 1) || Number.isNaN(k)) return Number.NaN;
  if (k <= 0) return 1;
  return k > n ? 0 : incbet(k, n - k + 1, p);
}

/** log |gamma(x)|, x > 0. */
export const logGamma = (x: number): number => (x > 0 ? lgam(x) : Number.NaN);

import { lanczos } from "./lanczos.ts";
import { repeated, type SymmetricOperators } from "./operators.ts";
import { landscapeStream, unitVector } from "./random-vectors.ts";
import { tridiagonalEigen } from "./tridiagonal.ts";

/** Gauss quadrature of the spectrum of one operator: its eigenvalues as seen by random vectors. */
export interface SpectralQuadrature {
  /** [probes * steps]: where; NaN where a product was not finite. */
  nodes: Float64Array;
  /** [probes * steps]: how much of the spectrum; they add up to 1. */
  weights: Float64Array;
}

export interface QuadratureOptions {
  /** Random starts per operator. Default 4. */
  probes?: number;
  /** Lanczos steps per start. Default 40; D at most. */
  steps?: number;
  seed?: number;
  /** [M], as in `EigenvalueOptions`. */
  keys?: ArrayLike<number>;
  onStep?: (step: number, active: number) => void;
}

/**
 * Stochastic Lanczos quadrature (Golub & Welsch 1969; Ghorbani et al. 2019): `steps` nodes for each of `probes` random unit
 * vectors. The sum of weights * f(nodes) times D estimates the trace of f(operator). Memory M * probes * steps * D float32.
 */
export async function spectralQuadrature(
  operators: SymmetricOperators,
  { probes = 4, steps = 40, seed = 1, keys, onStep }: QuadratureOptions = {},
): Promise<SpectralQuadrature[]> {
  const { M, D } = operators;
  const krylovs = await lanczos(repeated(operators, probes), {
    maxSteps: steps,
    start: (item, restart) => {
      const m = Math.floor(item / probes);
      const stream = landscapeStream(seed, "density", keys?.[m] ?? m, (item % probes) + restart * probes);
      return unitVector(stream, D);
    },
    // What comes after an exhausted space was not in the probe: its nodes get no weight.
    enough: ({ below }) => below[below.length - 1] === 0,
    ...(onStep && { onStep }),
  });
  const K = Math.min(steps, D);
  return Array.from({ length: M }, (_, m) => {
    const nodes = new Float64Array(probes * K);
    const weights = new Float64Array(probes * K);
    for (let p = 0; p < probes; p++) {
      const { diagonal, below, failed } = krylovs[m * probes + p];
      if (failed) nodes.fill(Number.NaN, p * K, (p + 1) * K);
      else {
        const { values, first } = tridiagonalEigen(diagonal, below);
        nodes.set(values, p * K);
        weights.set(
          first.map((x) => (x * x) / probes),
          p * K,
        );
      }
    }
    return { nodes, weights };
  });
}

/**
 * Density of the spectrum at each place of `grid` [n], broadened by Gaussians of standard deviation `sigma` > 0: a curve whose
 * integral is the sum of the weights, 1. The value depends on sigma wherever eigenvalues are sparse. NaN where a node is.
 */
export function spectralDensity(
  { nodes, weights }: SpectralQuadrature,
  grid: ArrayLike<number>,
  sigma: number,
): Float64Array {
  if (!(sigma > 0)) throw new RangeError(`spectralDensity: sigma must be greater than 0, got ${sigma}`);
  const norm = 1 / (sigma * Math.sqrt(2 * Math.PI));
  return Float64Array.from(grid, (x) => {
    let sum = 0;
    for (let i = 0; i < nodes.length; i++) sum += weights[i] * Math.exp(-0.5 * ((x - nodes[i]) / sigma) ** 2);
    return norm * sum;
  });
}

/** A grid of n places over all nodes and 4 sigma beyond, for `sigma` a share of their range; sigma 1e-9 at least. */
export function densityGrid(
  { nodes }: SpectralQuadrature,
  n: number,
  share = 0.01,
): { grid: Float64Array; sigma: number } {
  const low = nodes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = nodes.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sigma = Math.max(share * (high - low), 1e-9);
  const [from, to] = [low - 4 * sigma, high + 4 * sigma];
  return { grid: Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1)), sigma };
}

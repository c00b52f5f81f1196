import { type Krylov, lanczos } from "./lanczos.ts";
import type { SymmetricOperators } from "./operators.ts";
import { landscapeStream, unitVector } from "./random-vectors.ts";
import { tridiagonalEigen } from "./tridiagonal.ts";

/** The ends of the spectrum of one operator. */
export interface ExtremeEigenvalues {
  /** The largest, descending; NaN where a product was not finite, or the operator has fewer. */
  largest: Float64Array;
  /** |below * s|: there is an eigenvalue of the operator at most this far (plus `noise`) from each. */
  largestBounds: Float64Array;
  /** The smallest, ascending: the most negative first. */
  smallest: Float64Array;
  smallestBounds: Float64Array;
  /** How far rounding of the products can have moved any of them; nothing smaller is resolved. */
  noise: number;
  /** Products made. */
  steps: number;
  /** Every bound is at most `tolerance` times the largest absolute eigenvalue. */
  converged: boolean;
}

export interface EigenvalueOptions {
  /** How many of the largest. Default 5. */
  largest?: number;
  /** How many of the smallest. Default 1. */
  smallest?: number;
  /** Default 1e-3. */
  tolerance?: number;
  /** Products per operator at most. Default 100. */
  maxSteps?: number;
  /** Of the random start. Default 1. */
  seed?: number;
  /** [M]: whose random numbers, such as ids of models; 0 .. M - 1 unless given. */
  keys?: ArrayLike<number>;
  onStep?: (step: number, active: number) => void;
}

/**
 * Eigenvalues at both ends of the spectrum of each operator, by Lanczos with full reorthogonalisation (Lanczos 1950; Parlett 1998,
 * chapter 13) from a random start. `largest` are the largest by sign, not by absolute value: where other programs order by
 * absolute value, a strongly negative eigenvalue is among theirs.
 *
 * An eigenvalue of multiplicity above 1 is found once, unless rounding or an exhausted space shows the others. Each operator is
 * stopped when its bounds are small, looked at after every 8th step at first, then every tenth part of the steps made.
 */
export async function extremeEigenvalues(
  operators: SymmetricOperators,
  options: EigenvalueOptions = {},
): Promise<ExtremeEigenvalues[]> {
  const { largest = 5, smallest = 1, tolerance = 1e-3, maxSteps = 100, seed = 1, keys, onStep } = options;
  const { M, D } = operators;
  if (!(largest >= 0 && smallest >= 0 && largest + smallest >= 1)) {
    throw new RangeError(`extremeEigenvalues: largest and smallest must be counts, got ${largest} and ${smallest}`);
  }
  const least = Math.min(D, largest + smallest + 2);
  const looked = new Int32Array(M);
  const krylovs = await lanczos(operators, {
    maxSteps: Math.max(maxSteps, least),
    start: (m, restart) => {
      const purpose = restart === 0 ? "start" : "restart";
      return unitVector(landscapeStream(seed, purpose, keys?.[m] ?? m, restart), D);
    },
    enough: (krylov, m) => {
      const steps = krylov.diagonal.length;
      if (steps < Math.max(least, looked[m])) return false;
      looked[m] = steps + Math.max(8, Math.floor(steps / 10));
      return endsOf(krylov, largest, smallest, tolerance).converged;
    },
    ...(onStep && { onStep }),
  });
  return krylovs.map((krylov) => endsOf(krylov, largest, smallest, tolerance));
}

function endsOf(
  { diagonal, below, noise, failed }: Krylov,
  largest: number,
  smallest: number,
  tolerance: number,
): ExtremeEigenvalues {
  const steps = diagonal.length;
  const ends = {
    largest: new Float64Array(largest).fill(Number.NaN),
    largestBounds: new Float64Array(largest).fill(Number.NaN),
    smallest: new Float64Array(smallest).fill(Number.NaN),
    smallestBounds: new Float64Array(smallest).fill(Number.NaN),
  };
  if (failed || steps === 0) return { ...ends, noise: Number.NaN, steps, converged: false };
  const { values, last } = tridiagonalEigen(diagonal, below);
  const norm = Math.max(Math.abs(values[0]), Math.abs(values[steps - 1]));
  let worst = 0;
  const put = (to: "largest" | "smallest", i: number, at: number): void => {
    const bound = Math.abs(below[steps - 1] * last[at]);
    ends[to][i] = values[at];
    ends[`${to}Bounds`][i] = bound;
    worst = Math.max(worst, bound);
  };
  for (let i = 0; i < Math.min(largest, steps); i++) put("largest", i, steps - 1 - i);
  for (let i = 0; i < Math.min(smallest, steps); i++) put("smallest", i, i);
  return { ...ends, noise, steps, converged: worst <= tolerance * norm };
}

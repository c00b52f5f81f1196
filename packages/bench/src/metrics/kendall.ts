import { checkLengths } from "./r-squared.ts";

/** Kendall's tau-b of predictions, and what ties of the target leave possible. */
export interface KendallTau {
  /** As scipy.stats.kendalltau; NaN where all targets or all predictions are equal, of fewer than two values, and where a value is NaN. */
  tau: number;
  /** The highest tau-b of predictions without ties: sqrt(pairs with unequal targets / pairs). NaN of a constant target. */
  ceiling: number;
  /** tau / ceiling. Above 1 only for predictions that are tied where targets are. */
  ratio: number;
}

/**
 * Kendall 1945: (concordant - discordant) / sqrt(pairs not tied in the target * pairs not tied in the predictions), in n log n (Knight
 * 1966). Counts are exact to n = 10^8.
 *
 * `copies` pairs of a state with itself, as in a resample, are left out.
 *
 * The ceiling: with predictions without ties the second factor is n0 = n (n - 1) / 2, and of the n0 - t pairs whose targets differ
 * at most all are concordant, so tau-b <= (n0 - t) / sqrt((n0 - t) n0) = sqrt((n0 - t) / n0), reached by any order that agrees.
 */
export function kendallTau(target: Float64Array, predicted: Float64Array, copies = 0): KendallTau {
  checkLengths(target, predicted);
  const n = target.length;
  if (n < 2 || target.some(Number.isNaN) || predicted.some(Number.isNaN)) {
    return { tau: Number.NaN, ceiling: Number.NaN, ratio: Number.NaN };
  }
  const y = ranks(target);
  const p = ranks(predicted);
  const order = Float64Array.from(y, (rank, i) => rank * n + p[i]).sort();
  const pairs = (n * (n - 1)) / 2 - copies;
  const tiedTarget = tiedPairs(y.slice().sort()) - copies;
  const tiedPredicted = tiedPairs(p.slice().sort()) - copies;
  const tiedBoth = tiedPairs(order) - copies;
  const swaps = inversions(Float64Array.from(order, (both) => both % n));
  const difference = pairs - tiedTarget - tiedPredicted + tiedBoth - 2 * swaps;
  const unequal = pairs - tiedTarget;
  const ceiling = unequal === 0 ? Number.NaN : Math.sqrt(unequal / pairs);
  const bounds = Math.sqrt(unequal) * Math.sqrt(pairs - tiedPredicted);
  const tau = bounds === 0 ? Number.NaN : Math.max(-1, Math.min(1, difference / bounds));
  return { tau, ceiling, ratio: tau / ceiling };
}

/** 0 .. n - 1 by value; equal values have equal ranks, with no gaps. */
function ranks(values: Float64Array): Float64Array {
  const sorted = values.map((value) => value + 0).sort(); // -0 + 0 is 0
  let distinct = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[distinct++] = sorted[i];
  return values.map((value) => {
    let [low, high] = [0, distinct];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= value) low = middle;
      else high = middle;
    }
    return low;
  });
}

function tiedPairs(sorted: Float64Array): number {
  let [tied, run] = [0, 0];
  for (let i = 1; i < sorted.length; i++) {
    run = sorted[i] === sorted[i - 1] ? run + 1 : 0;
    tied += run;
  }
  return tied;
}

/** Pairs i < j with values[i] > values[j], by merging. */
function inversions(values: Float64Array): number {
  const n = values.length;
  let [from, to]: Float64Array[] = [values, new Float64Array(n)];
  let count = 0;
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(start + width, n);
      const end = Math.min(start + 2 * width, n);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at++) {
        if (left < middle && (right >= end || from[left] <= from[right])) {
          to[at] = from[left++];
        } else {
          count += middle - left;
          to[at] = from[right++];
        }
      }
    }
    [from, to] = [to, from];
  }
  return count;
}

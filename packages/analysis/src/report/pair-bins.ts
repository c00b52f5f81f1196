import { extent } from "./chart.ts";

/** Edges that several histograms share, so that they can be laid over one another. */
export interface Bins {
  /** Ascending. */
  edges: Float64Array;
  /** Whether bins are of equal ratio, not of equal width. */
  log: boolean;
}

export interface Bin {
  from: number;
  to: number;
  /** By series: share of its values, in [0, 1]. */
  shares: number[];
}

/** A scale is logarithmic where its largest value is so many times its least. */
const WIDE_RANGE = 30;

/** `count` bins from the least to the largest finite value; with `wide` logarithmic, of positive values that differ much. span: the least distance of the outer edges. */
export function commonBins(series: readonly ArrayLike<number>[], { count = 40, wide = false, span = 0 } = {}): Bins {
  const [low, most] = extent(finiteOf(series));
  const high = Math.max(most, low + span);
  const log = wide && low > 0 && high / low > WIDE_RANGE;
  const edges = Float64Array.from({ length: count + 1 }, (_, i) => {
    const t = i / count;
    return log ? low * (high / low) ** t : low + t * (high - low);
  });
  edges[count] = high;
  return { edges, log };
}

/** The share of each series in each bin; the last one has its upper edge. Values that are NaN are left out. */
export function sharesOf({ edges }: Bins, series: readonly ArrayLike<number>[]): Bin[] {
  const count = edges.length - 1;
  const bins = Array.from({ length: count }, (_, i): Bin => ({ from: edges[i], to: edges[i + 1], shares: [] }));
  for (const values of series) {
    const counts = new Int32Array(count);
    let n = 0;
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) continue;
      counts[binOf(edges, values[i])]++;
      n++;
    }
    for (const [i, bin] of bins.entries()) bin.shares.push(n === 0 ? 0 : counts[i] / n);
  }
  return bins;
}

/** By halving: the last bin whose lower edge is not above the value. */
function binOf(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (edges[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function* finiteOf(series: readonly ArrayLike<number>[]): Generator<number> {
  for (const values of series) for (let i = 0; i < values.length; i++) yield values[i];
}

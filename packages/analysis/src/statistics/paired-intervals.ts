import { RandomStream } from "@zoo/engine";
import { type Interval, percentileInterval } from "./bootstrap.ts";
import { hedgesFactor } from "./effect-sizes.ts";

/**
 * Percentile bootstrap intervals of the effect sizes of `pairedTests`, from the finite differences of P pairs, which are
 * resampled with replacement. NaN where P < 2, and where more than a tenth of the resamples have no such effect size. Resamples are
 * counts of the differences in ascending order of their size, so that one costs P draws and one pass.
 */
export function pairedIntervals(
  differences: Float64Array,
  { seed, resamples, level }: { seed: number; resamples: number; level: number },
): { g: Interval; rankBiserial: Interval } {
  const P = differences.length;
  const nothing = { low: Number.NaN, high: Number.NaN };
  if (P < 2) return { g: nothing, rankBiserial: nothing };
  const bySize = differences.slice().sort((a, b) => Math.abs(a) - Math.abs(b));
  const counts = new Int32Array(P);
  const [g, rankBiserial] = [new Float64Array(resamples), new Float64Array(resamples)];
  const stream = new RandomStream(seed, "BOOTSTRAP", 3);
  for (let r = 0; r < resamples; r++) {
    counts.fill(0);
    for (let i = 0; i < P; i++) counts[stream.integer(P)]++;
    g[r] = gOf(bySize, counts);
    rankBiserial[r] = rankBiserialOf(bySize, counts);
  }
  return { g: percentileInterval(g, level), rankBiserial: percentileInterval(rankBiserial, level) };
}

/** Mean over standard deviation of differences that count so often, without the bias of small samples. */
function gOf(differences: Float64Array, counts: Int32Array): number {
  const P = differences.length;
  const df = P - 1;
  let sum = 0;
  for (let i = 0; i < P; i++) sum += counts[i] * differences[i];
  const mean = sum / P;
  let squares = 0;
  for (let i = 0; i < P; i++) squares += counts[i] * (differences[i] - mean) ** 2;
  const deviation = Math.sqrt(squares / df);
  return df > 1 && deviation > 0 ? (mean / deviation) * hedgesFactor(df) : Number.NaN;
}

/** Share of ranks of positive differences less that of negative ones; zeros have no rank, equal sizes share theirs. */
function rankBiserialOf(bySize: Float64Array, counts: Int32Array): number {
  let [ranked, above] = [0, 0]; // differences so far, and twice the ranks of the positive ones
  for (let first = 0, next = 0; first < bySize.length; first = next) {
    const size = Math.abs(bySize[first]);
    let [tied, positive] = [0, 0];
    for (next = first; next < bySize.length && Math.abs(bySize[next]) === size; next++) {
      tied += counts[next];
      if (bySize[next] > 0) positive += counts[next];
    }
    if (size === 0) continue;
    above += positive * (2 * ranked + tied + 1);
    ranked += tied;
  }
  return (2 * above) / (ranked * (ranked + 1)) - 1;
}

import type { Dense } from "@zoo/engine";
import { blockMoments, type Moments, refuseNonFinite } from "./column-moments.ts";
import { type GatherOptions, scatterMatrix } from "./covariance.ts";
import { powerOfTwoNear, type RowSource } from "./row-source.ts";

/** The first rows may be so much smaller or larger than all, as a power of two, before float32 sums of squares suffer. */
const MOST_DOUBLINGS = 20;

/** Column moments of a matrix, and A^T A of its centred rows. */
export interface ScatteredMoments {
  moments: Moments;
  /** [D, D] divided by `unit`; undefined where the first rows told nothing of how large the others are. */
  scatter(unit: number): Float64Array | undefined;
}

/**
 * `columnMoments` and `scatterMatrix` from one reading. Rows are shifted by the mean of the first batch, and what that was off is
 * taken from the sums afterwards in float64. A batch that is a share f of all rows has a mean within sqrt((1 - f) / f) standard
 * deviations, so that float32 sums lose at most that factor squared: 6.5 of 51,000 states of 2,464 weights, f being .13.
 */
export async function scatteredMoments(
  dense: Dense,
  source: RowSource,
  options: GatherOptions = {},
): Promise<ScatteredMoments> {
  const { rows, columns: D } = source;
  const [sums, squares] = [new Float64Array(D), new Float64Array(D)];
  let [shift, size] = [new Float64Array(), 0];
  const found = await scatterMatrix(dense, source, options, (batch) => {
    if (size === 0) {
      const origin = batch.slice(0, D);
      const first = blockMoments(batch, batch.length / D, origin);
      shift = first.mean.map((deviation, d) => deviation + origin[d]);
      size = powerOfTwoNear(first.squares.reduce((a, b) => a + b, 0) / batch.length);
    }
    for (let at = 0; at < batch.length; ) {
      for (let d = 0; d < D; d++, at++) {
        const deviation = batch[at] - shift[d];
        sums[d] += deviation;
        squares[d] += deviation * deviation;
        batch[at] = deviation / size;
      }
    }
    refuseNonFinite(squares);
  });
  const off = sums.map((sum) => sum / rows);
  const mean = off.map((deviation, d) => shift[d] + deviation);
  const about = squares.map((sum, d) => Math.max(0, sum - rows * off[d] * off[d]));
  return {
    moments: { rows, mean, squares: about },
    scatter: (unit) => {
      const factor = (size * size) / unit;
      if (Math.abs(Math.log2(factor)) > 2 * MOST_DOUBLINGS) return undefined;
      const correction = off.map((deviation) => deviation * Math.sqrt(rows / unit));
      for (let i = 0; i < D; i++) {
        for (let j = 0; j < D; j++) found[i * D + j] = found[i * D + j] * factor - correction[i] * correction[j];
      }
      return found;
    },
  };
}

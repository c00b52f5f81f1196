import { percent, plural, table } from "@zoo/cli";

/** What is described of a population: columns [M, measured], as a MetricTable has them. */
export interface Scores {
  /** Ids; their number counts. */
  models: { readonly length: number };
  measured: readonly number[];
  columns: { readonly test_loss: ArrayLike<number>; readonly test_acc: ArrayLike<number> };
}

/** Test accuracy of the models at one epoch. `std` is the sample's (n - 1), 0 for one model. */
export interface EpochSummary {
  epoch: number;
  models: number;
  mean: number;
  std: number;
  min: number;
  max: number;
  /** Mean test loss of the models where it is finite; NaN if there is none. */
  loss: number;
}

/** Summaries by epoch. */
export function summarize(scores: Scores): EpochSummary[] {
  return scores.measured.map((epoch, at) => {
    const accuracies = atEpoch(scores, "test_acc", at);
    const losses = atEpoch(scores, "test_loss", at).filter(Number.isFinite);
    const mean = average(accuracies);
    const squares = accuracies.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    return {
      epoch,
      models: accuracies.length,
      mean,
      std: Math.sqrt(squares / Math.max(1, accuracies.length - 1)),
      min: accuracies.reduce((a, b) => Math.min(a, b)),
      max: accuracies.reduce((a, b) => Math.max(a, b)),
      loss: average(losses),
    };
  });
}

/** Test accuracies [M] at the last epoch. */
export function lastAccuracies(scores: Scores): Float64Array {
  return atEpoch(scores, "test_acc", scores.measured.length - 1);
}

/** [M]; at: position in `measured`. */
function atEpoch({ models, measured, columns }: Scores, name: keyof Scores["columns"], at: number): Float64Array {
  const column = columns[name];
  return Float64Array.from({ length: models.length }, (_, m) => column[m * measured.length + at]);
}

const average = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** A table of a few epochs: the first two, the middle one and the last. */
export function populationTable(summaries: readonly EpochSummary[]): string {
  const last = summaries.length - 1;
  const shown = [...new Set([0, 1, Math.round(last / 2), last])].filter((i) => i <= last).sort((a, b) => a - b);
  const rows = shown.map((i) => {
    const { epoch, mean, std, min, max, loss } = summaries[i];
    return [
      "",
      `${epoch}`,
      `${(100 * mean).toFixed(1)} ± ${percent(std)}`,
      percent(min),
      percent(max),
      loss.toFixed(3),
    ];
  });
  return table([["", "epoch", "test accuracy", "min", "max", "test loss"], ...rows], [1, 2, 3, 4, 5]);
}

const BAR_WIDTH = 32;
const MOST_BINS = 12;

/** A histogram of accuracies as text, in bins of 1, 2, 5 or 10 percent. */
export function histogram(accuracies: Float64Array): string {
  const percents = accuracies.map((accuracy) => Math.min(99.999, 100 * accuracy + 1e-9));
  const low = percents.reduce((a, b) => Math.min(a, b));
  const high = percents.reduce((a, b) => Math.max(a, b));
  const first = (width: number) => Math.floor(low / width);
  const width = [1, 2, 5, 10].find((width) => Math.floor(high / width) - first(width) < MOST_BINS) as number;
  const bins = Array.from({ length: Math.floor(high / width) - first(width) + 1 }, () => 0);
  for (const x of percents) {
    const bin = Math.floor(x / width) - first(width);
    bins[bin] = bins[bin] + 1;
  }
  const most = Math.max(...bins);
  const line = (n: number, i: number): string => {
    const from = (first(width) + i) * width;
    const bar = n === 0 ? "" : `${"█".repeat(Math.max(1, Math.round((BAR_WIDTH * n) / most)))} ${n}`;
    return `  ${`${from}-${from + width} %`.padStart(8)}  ${bar}`.trimEnd();
  };
  return `${bins.map(line).join("\n")}\n`;
}

/** The sentence about models that diverged; "" if there are none. */
export function divergedNote(diverged: number): string {
  return diverged === 0
    ? ""
    : `${plural(diverged, "model")} diverged (a weight or a loss is not finite) and ${diverged === 1 ? "is" : "are"} kept, marked in models.parquet\n`;
}

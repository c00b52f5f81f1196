import { whole, word } from "../results/columns.ts";
import type { ResultColumn, ResultTable } from "../results/result.ts";
import type { Interval } from "../statistics/bootstrap.ts";
import { bandQuantiles, type MetricBand } from "./metric-bands.ts";

const metric = (name: string, description: string): ResultColumn => ({ name, type: "DOUBLE", description });
const spread: readonly ResultColumn[] = [
  metric("std", "standard deviation over models, with n - 1"),
  metric("min", "least of the models"),
  ...bandQuantiles.map((q) =>
    q === 0.5
      ? metric("median", "median of the models, by linear interpolation")
      : metric(
          `q${String(Math.round(100 * q)).padStart(2, "0")}`,
          `${q} quantile of the models, by linear interpolation`,
        ),
  ),
  metric("max", "greatest of the models"),
];

const spreadCells = (band: MetricBand): number[] => [
  band.std,
  band.min,
  band.q05,
  band.q25,
  band.median,
  band.q75,
  band.q95,
  band.max,
];

const place: readonly ResultColumn[] = [
  word("metric", "name of the metric"),
  word("group", "which models"),
  whole("epoch", "after this epoch"),
  whole("models", "models with a finite value"),
  whole("missing", "models whose value is NaN or infinite"),
  metric("mean", "arithmetic mean over models"),
];

const placeCells = (band: MetricBand): (string | number)[] => [
  band.metric,
  band.group,
  band.epoch,
  band.models,
  band.missing,
  band.mean,
];

/** Every band as a row. */
export function bandsTable(bands: readonly MetricBand[], name = "bands", caption = "Metrics by epoch"): ResultTable {
  return {
    name,
    caption,
    columns: [...place, ...spread],
    rows: bands.map((band) => [...placeCells(band), ...spreadCells(band)]),
    long: true,
  };
}

/** Bands with the intervals of their means. */
export function performanceTable(
  bands: readonly MetricBand[],
  intervals: readonly Interval[],
  caption: string,
): ResultTable {
  return {
    name: "performance",
    caption,
    columns: [
      ...place,
      metric("mean_low", "low end of the 95 % interval of the mean, by bootstrap over models"),
      metric("mean_high", "high end of it"),
      ...spread,
    ],
    rows: bands.map((band, i) => [...placeCells(band), intervals[i].low, intervals[i].high, ...spreadCells(band)]),
  };
}

import * as Plot from "@observablehq/plot";
import { number, whole } from "../results/columns.ts";
import type { ResultColumn, ResultTable } from "../results/result.ts";
import type { ModelBand } from "../weights/model-bands.ts";
import type { LegendItem } from "./chart.ts";
import { tip } from "./clean-svg.ts";
import { numberText, wholeTicks } from "./number-scale.ts";
import { category } from "./palette.ts";

type Quantiles = Pick<ModelBand, "q05" | "q25" | "q50" | "q75" | "q95">;

/** How a number was spread over models at one epoch. */
export interface EpochBand extends Quantiles {
  epoch: number;
}

export const epochBands = (epochs: readonly number[], bands: readonly Quantiles[]): EpochBand[] =>
  bands.map(({ q05, q25, q50, q75, q95 }, e) => ({ epoch: epochs[e], q05, q25, q50, q75, q95 }));

/** The ends of all bands, for a scale. */
export const bandEnds = (rows: readonly EpochBand[]): number[] => rows.flatMap(({ q05, q95 }) => [q05, q95]);

export interface BandMarkOptions {
  /** Of what, before the epoch in the words on hover. */
  what?: string;
  /** Whether the scale cannot show 0. */
  positive?: boolean;
  /** How numbers are said. */
  show?: (value: number) => string;
}

/** Median and quantiles; bars instead of areas where there is one epoch. */
export function bandMarks(
  all: readonly EpochBand[],
  { what = "", positive = false, show = numberText }: BandMarkOptions = {},
): Plot.Markish[] {
  const rows = positive ? all.filter(({ q05 }) => q05 > 0) : [...all];
  const color = category(0);
  const ranges =
    rows.length === 1
      ? [
          Plot.ruleX(rows, { x: "epoch", y1: "q05", y2: "q95", stroke: color, strokeOpacity: 0.35, strokeWidth: 6 }),
          Plot.ruleX(rows, { x: "epoch", y1: "q25", y2: "q75", stroke: color, strokeOpacity: 0.5, strokeWidth: 6 }),
        ]
      : [
          Plot.areaY(rows, { x: "epoch", y1: "q05", y2: "q95", fill: color, fillOpacity: 0.15 }),
          Plot.areaY(rows, { x: "epoch", y1: "q25", y2: "q75", fill: color, fillOpacity: 0.25 }),
          Plot.lineY(rows, { x: "epoch", y: "q50", stroke: color, strokeWidth: 2.25 }),
        ];
  return [
    ...ranges,
    Plot.dot(rows, {
      x: "epoch",
      y: "q50",
      r: rows.length === 1 ? 4 : 5,
      fill: color,
      fillOpacity: rows.length === 1 ? 1 : 0,
      title: ({ epoch, q50, q05, q95 }: EpochBand) =>
        tip(`${what}epoch ${epoch}: median ${show(q50)}, 90 % of models from ${show(q05)} to ${show(q95)}`),
    }),
  ];
}

export const bandLegend = (name: string): LegendItem[] => [
  { label: `median ${name}`, color: category(0), mark: "line" },
  { label: "25 to 75 %, 5 to 95 % of models", color: category(0), mark: "band" },
];

/** The axis of epochs. */
export function epochScale(rows: readonly { epoch: number }[], ticks: number): object {
  const [low, high] = [rows[0].epoch, rows[rows.length - 1].epoch];
  return low === high
    ? { label: "epoch", domain: [low - 1, low + 1], ticks: [low], tickFormat: "d" }
    : { label: "epoch", domain: [low, high], ticks: wholeTicks(low, high, ticks), tickFormat: "d" };
}

export const epochColumn: ResultColumn = whole("epoch", "Stored epoch");

export const bandColumnsShown: ResultColumn[] = ["5 %", "25 %", "median", "75 %", "95 %"].map((name) =>
  number(name, name === "median" ? "Median over models" : "Quantile over models"),
);
export const bandRow = ({ q05, q25, q50, q75, q95 }: EpochBand): number[] => [q05, q25, q50, q75, q95];

/** The numbers behind a band; a row per epoch. fraction: shown as per cent. beside: the median of something else. */
export function bandTable(
  name: string,
  caption: string,
  rows: readonly EpochBand[],
  { fraction = false, beside }: { fraction?: boolean; beside?: { name: string; rows: readonly EpochBand[] } } = {},
): ResultTable {
  const more = beside === undefined ? [] : [number(`median ${beside.name}`, "Median over models")];
  const columns = [...bandColumnsShown, ...more];
  return {
    name,
    caption,
    columns: [epochColumn, ...columns.map((column) => (fraction ? { ...column, unit: "fraction" as const } : column))],
    rows: rows.map((row, e) => [row.epoch, ...bandRow(row), ...(beside === undefined ? [] : [beside.rows[e].q50])]),
  };
}

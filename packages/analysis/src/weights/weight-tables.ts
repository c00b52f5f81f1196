import type { Cell } from "@zoo/format";
import { number, whole, word } from "../results/columns.ts";
import type { ResultColumn, ResultTable } from "../results/result.ts";
import { type ModelBand, modelBand, modelBands } from "./model-bands.ts";
import type { WeightSurvey } from "./weight-survey.ts";

const share = (name: string, description: string): ResultColumn => ({ ...number(name, description), unit: "fraction" });

const epochColumn = whole("epoch", "stored epoch");
const partColumns = [word("part", "all, a layer or a tensor"), whole("weights", "weights in it")];

/** Columns of a `ModelBand`, and its values in their order. */
export const bandColumns: ResultColumn[] = [
  whole("models", "models whose value is defined"),
  ...["mean", "std", "min", "q05", "q25", "q50", "q75", "q95", "max"].map((name) =>
    number(name, `${name} over models`),
  ),
];

export function bandCells({ count, mean, std, min, q05, q25, q50, q75, q95, max }: ModelBand): number[] {
  return [count, mean, std, min, q05, q25, q50, q75, q95, max];
}

/** Norms at the last epoch and how L2 grew from the first; a row per part. */
export function growthTable({ M, E, epochs, parts, norms }: WeightSurvey): ResultTable {
  const P = parts.length;
  const at = (values: Float64Array, e: number, p: number): Float64Array =>
    Float64Array.from({ length: M }, (_, m) => values[(m * E + e) * P + p]);
  const rows = parts.map(({ name, size }, p): Cell[] => {
    const [first, last] = [at(norms.l2, 0, p), at(norms.l2, E - 1, p)];
    const growth = modelBand(last.map((value, m) => (first[m] === 0 ? Number.NaN : value / first[m])));
    const end = modelBand(last);
    const median = (values: Float64Array): number => modelBand(values).q50;
    return [
      name,
      size,
      median(first),
      end.q50,
      end.q05,
      end.q95,
      end.q50 / Math.sqrt(size),
      median(at(norms.l1, E - 1, p)),
      median(at(norms.max, E - 1, p)),
      growth.q50,
      growth.q05,
      growth.q95,
    ];
  });
  return {
    name: "norms",
    caption: `Norms at epoch ${epochs[E - 1]} (medians over ${M} models), and growth of L2 since epoch ${epochs[0]}`,
    columns: [
      ...partColumns,
      number("l2_first", `median L2 norm at epoch ${epochs[0]}`),
      number("l2", "median L2 norm"),
      number("l2_q05", "5 % quantile of the L2 norm"),
      number("l2_q95", "95 % quantile of the L2 norm"),
      number("rms", "median L2 norm / root of the number of weights"),
      number("l1", "median L1 norm"),
      number("max", "median greatest absolute weight"),
      number("growth", "median of last L2 norm / first, by model"),
      number("growth_q05", "5 % quantile of it"),
      number("growth_q95", "95 % quantile of it"),
    ],
    rows,
  };
}

/** Bands of the norms over models; a row per norm, part and epoch. */
export function normBands({ E, epochs, parts, norms }: WeightSurvey): ResultTable {
  const P = parts.length;
  const rows = (["l1", "l2", "max"] as const).flatMap((norm) =>
    modelBands(norms[norm], E * P).map((band, i): Cell[] => {
      const { name, size } = parts[i % P];
      return [epochs[Math.floor(i / P)], name, size, norm, ...bandCells(band)];
    }),
  );
  return {
    name: "norms_per_epoch",
    caption: "Norms over models, by epoch",
    columns: [epochColumn, ...partColumns, word("norm", "l1, l2 or max"), ...bandColumns],
    rows,
    long: true,
  };
}

/** Shares of zero and of small weights; a row per part and epoch. */
export function sparsityTable({ M, E, epochs, parts, norms, threshold }: WeightSurvey): ResultTable {
  const P = parts.length;
  const rows = epochs.flatMap((epoch, e) =>
    parts.map(({ name, size }, p): Cell[] => {
      const shares = (counts: Int32Array): ModelBand =>
        modelBand(Float64Array.from({ length: M }, (_, m) => counts[(m * E + e) * P + p] / size));
      const [zeros, small] = [shares(norms.zeros), shares(norms.small)];
      return [epoch, name, size, zeros.mean, zeros.max, small.mean, small.q05, small.q95];
    }),
  );
  const small = `weights with |w| <= ${threshold}, zeros among them`;
  return {
    name: "sparsity",
    caption: `Shares of weights that are 0, and of ${small}`,
    columns: [
      epochColumn,
      ...partColumns,
      share("zero", "mean share of weights that are exactly 0"),
      share("zero_max", "greatest share of a model"),
      share("small", `mean share of ${small}`),
      share("small_q05", "5 % quantile of it"),
      share("small_q95", "95 % quantile of it"),
    ],
    rows,
  };
}

/** Units without weights; a row per group of units and epoch. */
export function deadUnitsTable({ M, E, epochs, groups, dead }: WeightSurvey): ResultTable {
  const G = groups.length;
  const rows = epochs.flatMap((epoch, e) =>
    groups.map(({ layer, units }, g): Cell[] => {
      const of = (counts: Int32Array): number[] => Array.from({ length: M }, (_, m) => counts[(m * E + e) * G + g]);
      const mean = (counts: Int32Array): number => of(counts).reduce((a, b) => a + b, 0) / (M * units);
      const models = of(dead.either).filter((count) => count > 0).length;
      return [epoch, layer, units, mean(dead.incoming), mean(dead.outgoing), mean(dead.either), models];
    }),
  );
  return {
    name: "dead_units",
    caption: "Hidden units that are dead by their weights alone: all incoming or all outgoing ones are exactly 0",
    columns: [
      epochColumn,
      word("layer", "the layer that makes the units"),
      whole("units", "units of one model"),
      share("incoming", "mean share of units without incoming weights"),
      share("outgoing", "mean share of units without outgoing weights"),
      share("dead", "mean share of units without one or the other"),
      whole("models", "models with such a unit"),
    ],
    rows,
  };
}

/** Bands of s(W) over models; a row per statistic and epoch. */
export function statisticBands({ E, epochs, statistics: { data, names } }: WeightSurvey): ResultTable {
  const F = names.length;
  const rows = modelBands(data, E * F).map((band, i): Cell[] => [
    epochs[Math.floor(i / F)],
    names[i % F],
    ...bandCells(band),
  ]);
  return {
    name: "statistics",
    caption: "s(W) over models, by epoch",
    columns: [epochColumn, word("statistic", "tensor and statistic"), ...bandColumns],
    rows,
    long: true,
  };
}

/** What is measured by epoch, as two tables: its rows of the last epoch to be read, and `<name>_per_epoch` with all of them. */
export function lastAndAll(table: ResultTable, epochs: readonly number[]): ResultTable[] {
  const last = epochs[epochs.length - 1];
  const shown = {
    ...table,
    caption: `${table.caption}, at epoch ${last}`,
    rows: table.rows.filter(([epoch]) => epoch === last),
  };
  return epochs.length === 1 ? [shown] : [shown, { ...table, name: `${table.name}_per_epoch`, long: true }];
}

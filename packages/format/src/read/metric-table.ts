import { type Cell, type Column, type ColumnDeclaration, emptyColumn } from "../files/columns.ts";
import { type MetricColumns, type MetricName, type MetricRow, metricColumns, metricNames } from "../files/tables.ts";
import { Epochs } from "./epochs.ts";

/** The metrics of all models at all measured epochs, in columns [M, measured]: by ascending model id, then epoch. */
export class MetricTable {
  /** Ids, in row order. */
  readonly models: readonly number[];
  /** Epochs, in column order. */
  readonly measured: readonly number[];
  readonly columns: Readonly<MetricColumns>;
  readonly #epochs: Epochs;
  readonly #rowOf: Map<number, number>;
  readonly #declared: ReadonlyMap<string, Column>;

  constructor(
    models: readonly number[],
    measured: readonly number[],
    columns: MetricColumns,
    declared: ReadonlyMap<string, Column>,
  ) {
    this.models = models;
    this.measured = measured;
    this.columns = columns;
    this.#epochs = new Epochs(measured, "metrics");
    this.#rowOf = new Map(models.map((id, m) => [id, m]));
    this.#declared = declared;
  }

  /** M * measured. */
  get length(): number {
    return this.columns.model.length;
  }

  get lastEpoch(): number {
    return this.#epochs.last;
  }

  /** Throws RangeError where the zoo has no such model, or did not measure that epoch. */
  value(model: number, epoch: number, name: MetricName | "ggap"): number {
    return this.columns[name][this.#index(model, epoch)];
  }

  /** Throws RangeError where the zoo has no such model, or did not measure that epoch. */
  at(model: number, epoch: number): MetricRow & { ggap: number } {
    const i = this.#index(model, epoch);
    const values = metricNames.map((name) => [name, this.columns[name][i]] as const);
    const row = {
      model,
      epoch,
      ...(Object.fromEntries(values) as Record<MetricName, number>),
      ggap: this.columns.ggap[i],
    };
    if (this.#declared.size === 0) return row;
    const declared = [...this.#declared].map(([name, column]) => [name, column[i]] as const);
    return { ...row, declared: Object.fromEntries(declared) };
  }

  /** Any column, [M, measured], also those that the zoo declares. Throws RangeError for a name that no column has. */
  column(name: string): Column {
    const column = Object.hasOwn(metricColumns, name)
      ? this.columns[name as keyof MetricColumns]
      : this.#declared.get(name);
    if (column !== undefined) return column;
    const names = [...Object.keys(metricColumns), ...this.#declared.keys()].join(", ");
    throw new RangeError(`the metrics have no column ${JSON.stringify(name)}; they have ${names}`);
  }

  /** A value of a column that the zoo declares. */
  declaredValue(model: number, epoch: number, name: string): Cell {
    return this.column(name)[this.#index(model, epoch)];
  }

  #index(model: number, epoch: number): number {
    const m = this.#rowOf.get(model);
    if (m === undefined) throw new RangeError(`the zoo has no model ${model}`);
    return m * this.measured.length + this.#epochs.index(epoch);
  }
}

/** Orders the tables of shards, each by epoch and row, into columns [M, measured] by the order of `models`. */
export function mergeMetrics(
  models: readonly number[],
  measured: readonly number[],
  declared: readonly ColumnDeclaration[],
  shards: readonly { models: readonly number[]; table: MetricColumns }[],
): MetricTable {
  const length = models.length * measured.length;
  const rowOf = new Map(models.map((id, m) => [id, m]));
  const merged = (name: string, type: ColumnDeclaration["type"]): Column => {
    const column = emptyColumn(type, length) as Cell[];
    for (const { models: ids, table } of shards) {
      const source = (table as Record<string, Column>)[name];
      for (const [m, id] of ids.entries()) {
        const base = (rowOf.get(id) as number) * measured.length;
        for (let e = 0; e < measured.length; e++) column[base + e] = source[e * ids.length + m];
      }
    }
    return column as Column;
  };
  const fixed = Object.entries(metricColumns).map(([name, { type }]) => [name, merged(name, type)]);
  const columns = Object.fromEntries(fixed) as MetricColumns;
  const extra = new Map(declared.map(({ name, type }) => [name, merged(name, type)]));
  return new MetricTable(models, measured, columns, extra);
}

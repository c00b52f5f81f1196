import type { MetricColumns, MetricName, MetricRow } from "../files/tables.ts";

/** The metrics of all models at all epochs, in columns [M, E]: by ascending model id, then epoch. */
export class MetricTable {
  /** Ids, in row order. */
  readonly models: readonly number[];
  /** E. */
  readonly states: number;
  readonly columns: Readonly<MetricColumns>;
  readonly #rowOf: Map<number, number>;

  constructor(models: readonly number[], states: number, columns: MetricColumns) {
    this.models = models;
    this.states = states;
    this.columns = columns;
    this.#rowOf = new Map(models.map((id, m) => [id, m]));
  }

  /** M * E. */
  get length(): number {
    return this.columns.model.length;
  }

  /** Throws RangeError where the zoo has no such model or epoch. */
  value(model: number, epoch: number, name: MetricName | "ggap"): number {
    return this.columns[name][this.#index(model, epoch)];
  }

  /** Throws RangeError where the zoo has no such model or epoch. */
  at(model: number, epoch: number): MetricRow & { ggap: number } {
    const i = this.#index(model, epoch);
    const { columns } = this;
    return {
      model,
      epoch,
      train_loss: columns.train_loss[i],
      train_acc: columns.train_acc[i],
      val_loss: columns.val_loss[i],
      val_acc: columns.val_acc[i],
      test_loss: columns.test_loss[i],
      test_acc: columns.test_acc[i],
      ggap: columns.ggap[i],
    };
  }

  #index(model: number, epoch: number): number {
    const m = this.#rowOf.get(model);
    if (m === undefined) throw new RangeError(`the zoo has no model ${model}`);
    checkEpoch(epoch, this.states);
    return m * this.states + epoch;
  }
}

export function checkEpoch(epoch: number, states: number): void {
  if (Number.isInteger(epoch) && epoch >= 0 && epoch < states) return;
  throw new RangeError(`the zoo has no epoch ${epoch}; it has 0 (the initialisation) to ${states - 1}`);
}

/** Orders the tables of shards, each by epoch and row, into columns [M, E] by the order of `models`. */
export function mergeMetrics(
  models: readonly number[],
  states: number,
  shards: readonly { models: readonly number[]; table: MetricColumns }[],
): MetricTable {
  const length = models.length * states;
  const float = (): Float64Array => new Float64Array(length);
  const columns: MetricColumns = {
    model: new Int32Array(length),
    epoch: new Int32Array(length),
    train_loss: float(),
    train_acc: float(),
    val_loss: float(),
    val_acc: float(),
    test_loss: float(),
    test_acc: float(),
    ggap: float(),
  };
  const rowOf = new Map(models.map((id, m) => [id, m]));
  const names = Object.keys(columns) as (keyof MetricColumns)[];
  for (const { models: ids, table } of shards) {
    for (const [m, id] of ids.entries()) {
      const base = (rowOf.get(id) as number) * states;
      for (const name of names) {
        for (let e = 0; e < states; e++) columns[name][base + e] = table[name][e * ids.length + m];
      }
    }
  }
  return new MetricTable(models, states, columns);
}

import { z } from "zod";
import {
  activations,
  type Hyperparameters,
  hyperparametersSchema,
  inits,
  optimizers,
} from "../model/hyperparameters.ts";
import type { Cell, ColumnDeclaration, ColumnSpec, Table } from "./columns.ts";
import { declaredToTable, SOURCE_ID } from "./declared-columns.ts";
import { badZoo, describeIssue } from "./json.ts";
import type { ShardEntry } from "./manifest.ts";

export const modelSplits = ["train", "val", "test"] as const;
export type ModelSplit = (typeof modelSplits)[number];

/** One model: a row of models.parquet. */
export interface ModelRow extends Hyperparameters {
  id: number;
  shard: number;
  row: number;
  split: ModelSplit;
  /** True when a weight or a loss is not finite at any epoch. */
  diverged: boolean;
  /** Values of the columns that the zoo declares; absent where it declares none. */
  declared?: Record<string, Cell>;
}

export const metricNames = ["train_loss", "train_acc", "val_loss", "val_acc", "test_loss", "test_acc"] as const;
export type MetricName = (typeof metricNames)[number];

/**
 * What one model scored after one epoch; epoch 0 is the initialisation. Losses are mean negative log-likelihoods and may
 * be NaN or infinite, accuracies are fractions in [0, 1]. train_* of epochs >= 1 are running means during the epoch.
 */
export interface MetricRow extends Record<MetricName, number> {
  model: number;
  epoch: number;
  /** Values of the columns that the zoo declares; absent where it declares none. */
  declared?: Record<string, Cell>;
}

export const modelColumns = {
  id: { type: "INT32" },
  shard: { type: "INT32" },
  row: { type: "INT32" },
  split: { type: "STRING", values: modelSplits },
  seed: { type: "INT64" },
  activation: { type: "STRING", values: activations },
  init: { type: "STRING", values: inits },
  dropout: { type: "DOUBLE" },
  optimizer: { type: "STRING", values: optimizers },
  lr: { type: "DOUBLE" },
  weight_decay: { type: "DOUBLE" },
  momentum: { type: "DOUBLE" },
  batch_size: { type: "INT32" },
  diverged: { type: "BOOLEAN" },
} as const satisfies Record<Exclude<keyof ModelRow, "declared">, ColumnSpec>;

export const metricColumns = {
  model: { type: "INT32" },
  epoch: { type: "INT32" },
  train_loss: { type: "DOUBLE" },
  train_acc: { type: "DOUBLE" },
  val_loss: { type: "DOUBLE" },
  val_acc: { type: "DOUBLE" },
  test_loss: { type: "DOUBLE" },
  test_acc: { type: "DOUBLE" },
  ggap: { type: "DOUBLE" },
} as const satisfies Record<Exclude<keyof MetricRow, "declared"> | "ggap", ColumnSpec>;

/** Columns of equal length, one per MetricRow field. */
export type MetricColumns = { model: Int32Array; epoch: Int32Array } & Record<MetricName | "ggap", Float64Array>;

export const modelRowSchema = hyperparametersSchema.extend({
  id: z.int(),
  shard: z.int(),
  row: z.int(),
  split: z.enum(modelSplits),
  diverged: z.boolean(),
}) satisfies z.ZodType<Omit<ModelRow, "declared">>;

/** declared: the manifest's `columns.models`; every row must have their values. */
export function modelsToTable(
  rows: readonly ModelRow[],
  declared: readonly ColumnDeclaration[] = [],
): Table<typeof modelColumns> {
  const column = <K extends keyof ModelRow>(name: K): ModelRow[K][] => rows.map((row) => row[name]);
  return {
    id: Int32Array.from(column("id")),
    shard: Int32Array.from(column("shard")),
    row: Int32Array.from(column("row")),
    split: column("split"),
    seed: BigInt64Array.from(column("seed"), BigInt),
    activation: column("activation"),
    init: column("init"),
    dropout: Float64Array.from(column("dropout")),
    optimizer: column("optimizer"),
    lr: Float64Array.from(column("lr")),
    weight_decay: Float64Array.from(column("weight_decay")),
    momentum: Float64Array.from(column("momentum")),
    batch_size: Int32Array.from(column("batch_size")),
    diverged: column("diverged"),
    ...declaredToTable(rows, declared),
  };
}

/** Throws ZooError `bad-zoo` for the first row with a value out of range. */
export function tableToModels(
  table: Table<typeof modelColumns>,
  declared: readonly ColumnDeclaration[],
  path: string,
): ModelRow[] {
  const all = table as Record<string, ArrayLike<Cell>>;
  return Array.from(table.id, (id, i) => {
    const row = {
      id,
      shard: table.shard[i],
      row: table.row[i],
      split: table.split[i],
      seed: Number(table.seed[i]),
      activation: table.activation[i],
      init: table.init[i],
      dropout: table.dropout[i],
      optimizer: table.optimizer[i],
      lr: table.lr[i],
      weight_decay: table.weight_decay[i],
      momentum: table.momentum[i],
      batch_size: table.batch_size[i],
      diverged: table.diverged[i],
    };
    const result = modelRowSchema.safeParse(row);
    if (!result.success) throw badZoo(path, `row ${i}: ${describeIssue(result.error)}`, result.error);
    if (declared.length === 0) return result.data;
    const source = all[SOURCE_ID]?.[i];
    if (typeof source === "number" && source < 0)
      throw badZoo(path, `row ${i}: ${SOURCE_ID} is ${source}, not 0 or more`);
    return { ...result.data, declared: Object.fromEntries(declared.map(({ name }) => [name, all[name][i]])) };
  });
}

/** Throws ZooError `bad-zoo` unless the rows are the shards' models, each where the manifest says, by ascending id. */
export function checkModels(rows: readonly ModelRow[], shards: readonly ShardEntry[], path: string): void {
  for (const [i, { id, shard, row }] of rows.entries()) {
    if (i > 0 && id <= rows[i - 1].id) throw badZoo(path, `row ${i}: id ${id} does not ascend`);
    if (shards[shard]?.models[row] !== id) {
      throw badZoo(path, `row ${i}: model ${id} is not in shard ${shard}, row ${row} of zoo.json`);
    }
  }
  const models = shards.reduce((sum, { models }) => sum + models.length, 0);
  if (rows.length !== models)
    throw badZoo(path, `the table has ${rows.length} rows, but zoo.json has ${models} models`);
}

/** rows: of one shard, by epoch, then row of the shard. declared: the manifest's `columns.metrics`. */
export function metricsToTable(
  rows: readonly MetricRow[],
  declared: readonly ColumnDeclaration[] = [],
): Table<typeof metricColumns> {
  const values = metricNames.map((name) => [name, Float64Array.from(rows, (row) => row[name])] as const);
  return {
    model: Int32Array.from(rows, ({ model }) => model),
    epoch: Int32Array.from(rows, ({ epoch }) => epoch),
    ...(Object.fromEntries(values) as Record<MetricName, Float64Array>),
    ggap: Float64Array.from(rows, (row) => row.train_acc - row.test_acc),
    ...declaredToTable(rows, declared),
  };
}

/**
 * Throws ZooError `bad-zoo` unless the table has every measured epoch and model of the shard in order, with accuracies in
 * [0, 1].
 */
export function checkMetrics(
  table: MetricColumns,
  models: readonly number[],
  measured: readonly number[],
  path: string,
): void {
  const rows = measured.length * models.length;
  if (table.model.length !== rows) {
    throw badZoo(
      path,
      `the table has ${table.model.length} rows; ${measured.length} epochs of ${models.length} models make ${rows}`,
    );
  }
  for (let i = 0; i < rows; i++) {
    const epoch = measured[Math.floor(i / models.length)];
    const model = models[i % models.length];
    if (table.epoch[i] !== epoch || table.model[i] !== model) {
      throw badZoo(
        path,
        `row ${i}: has epoch ${table.epoch[i]} of model ${table.model[i]}, not epoch ${epoch} of model ${model}`,
      );
    }
    for (const name of ["train_acc", "val_acc", "test_acc"] as const) {
      const acc = table[name][i];
      if (!(acc >= 0 && acc <= 1)) throw badZoo(path, `row ${i}: ${name} is ${acc}, not in [0, 1]`);
    }
  }
}

import type { ModelRow } from "@zoo/format";

/** A row of models.parquet with these values. */
export function modelRow(values: Partial<ModelRow>): ModelRow {
  return {
    id: 0,
    shard: 0,
    row: 0,
    split: "train",
    seed: 1,
    activation: "tanh",
    init: "uniform",
    dropout: 0,
    optimizer: "adam",
    lr: 0.001,
    weight_decay: 0,
    momentum: 0,
    batch_size: 10,
    diverged: false,
    ...values,
  };
}

import type { RunOptions } from "@zoo/engine";
import type { Json } from "@zoo/format";

/** Rows first .. first + count - 1 of a feature matrix. */
export interface FeatureBlock {
  first: number;
  count: number;
  /** [count, P] */
  data: Float32Array | Float64Array;
}

/** What a learner sees of states: [N, P], N being `rowCount` of the rows that it was made for. */
export interface FeatureMatrix {
  /** As it was asked for: "w", "s(w)", "layer:conv1", "hyperparameters". */
  name: string;
  N: number;
  P: number;
  /** [P] */
  columns: readonly string[];
  /** Everything that the values follow from besides zoo and rows. */
  parameters: { [key: string]: Json };
  /** Sentences that one must know to get the same values. */
  definitions: readonly string[];
  /** All rows in order, in blocks bounded in memory. May be asked for more than once, and gives the same. */
  blocks(options?: RunOptions): AsyncIterable<FeatureBlock>;
}

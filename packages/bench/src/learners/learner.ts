import type { RunOptions } from "@zoo/engine";
import type { Executor } from "@zoo/engine/node";
import type { Json } from "@zoo/format";
import type { FeatureMatrix } from "../features/feature.ts";
import type { SplitRows } from "../problem/state-rows.ts";
import type { Target } from "../targets/target.ts";

/** What a learner predicts of one target. */
export interface Predictions {
  /** [N] numbers, or class indices, for every row of every split: known rows as unknown ones. */
  values: Float64Array;
  /** What was chosen on the validation split, and how well training went: {"lambda": 0.03}. */
  chosen: { [key: string]: Json };
}

export interface LearnerOptions extends RunOptions {
  executor: Executor;
  seed: number;
  /** Told the share, in [0, 1], that is done. */
  onProgress?: (share: number) => void;
}

/** Fits on the rows of `splits.train`, chooses on those of `splits.val`, predicts all. Never reads a target of `splits.test`. */
export interface Learner {
  /** What `--learners` takes: "ridge", "softmax", "logistic". */
  name: string;
  about: string;
  kinds: readonly Target["kind"][];
  /** Everything that predictions follow from besides features, targets and seed. */
  parameters: { [key: string]: Json };
  definitions: readonly string[];
  /** Of several targets at once, in their order, so that work on the features is done once. */
  fit(
    features: FeatureMatrix,
    targets: readonly Target[],
    splits: SplitRows,
    options: LearnerOptions,
  ): Promise<Predictions[]>;
}

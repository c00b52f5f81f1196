import type { Executor } from "@zoo/engine/node";
import type { PlannedShard } from "../recipe/shards.ts";

export interface ShardSaved {
  shard: PlannedShard;
  /** The epoch that is now on disk. */
  epoch: number;
  /** Mean test accuracy of the shard's models at that epoch. */
  test_acc: number;
}

export interface TrainOptions {
  dir: string;
  executor: Executor;
  /** Ends the training; every shard keeps what it has saved. */
  signal: AbortSignal;
  /** For the intervals of checkpoints alone. */
  now: () => number;
  /** Model-samples trained since the last call. */
  onChunk: (modelSamples: number) => void;
  /** A shard was opened (with what an earlier attempt had saved), or saved an epoch. */
  onSaved: (saved: ShardSaved) => void;
  /** A shard is done; by another process, or before, if `elsewhere`. */
  onPublished: (index: number, elsewhere: boolean) => void;
}

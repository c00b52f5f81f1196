import type { ColumnDeclaration } from "../files/columns.ts";
import { identifier } from "../files/fields.ts";
import { MAX_SHARD_MODELS, MAX_SHARDS, MAX_STATE_BYTES } from "../files/manifest.ts";
import { encodeShardHeader, type ShardMetadata } from "../files/shard-header.ts";
import type { MetricRow } from "../files/tables.ts";
import { sha256 } from "../node/digest.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { ShardIdentity } from "./shard-files.ts";

/** What a shard will hold; all that two runs of one recipe agree on. */
export interface ShardPlan {
  /** Position in zoo.json's `shards`. */
  index: number;
  /** Model ids in row order. */
  models: number[];
  /** Epochs whose weights are stored, ascending. */
  states: number[];
  /** Epochs that are appended, ascending; every one of `states` is among them. */
  measured: number[];
  D: number;
  /** What `shardMetadata` gives. */
  metadata: ShardMetadata;
  /** Columns that the zoo declares for its metrics. */
  columns?: readonly ColumnDeclaration[];
}

/** What is appended of one epoch. */
export interface EpochData {
  /** [M, D]; null at an epoch that is not stored. */
  weights: Float32Array | null;
  /** One row per model, in row order. */
  metrics: readonly MetricRow[];
  /** Ids of the models that diverged at this epoch or before. */
  diverged: readonly number[];
  /** Id of the engine that computed it. */
  engine: string;
  /** What the next epoch depends on; null where a crash may repeat epochs from the last one that had it. */
  checkpoint: Checkpoint | null;
}

/** Throws TypeError or RangeError where the plan contradicts itself. */
export function identityOf({ index, models, states, measured, D, metadata, columns = [] }: ShardPlan): ShardIdentity {
  const ascends = (epochs: readonly number[]): boolean => epochs.every((epoch, i) => i === 0 || epoch > epochs[i - 1]);
  if (states.length === 0 || !ascends(states) || !ascends(measured) || !states.every((e) => measured.includes(e))) {
    const got = `states [${states.join(", ")}], measured [${measured.join(", ")}]`;
    throw new RangeError(`shard ${index}: states and measured must ascend, and measured contain states; got ${got}`);
  }
  const layout = JSON.parse(metadata.layout) as { D?: number } | null;
  if (layout?.D !== D) {
    throw new TypeError(`shard ${index}: metadata.layout must be of D = ${D}; take it from shardMetadata(...)`);
  }
  const M = models.length;
  if (M < 1 || M > MAX_SHARD_MODELS || (M > 1 && M * D * 4 > MAX_STATE_BYTES) || index >= MAX_SHARDS) {
    const most = `1 to ${MAX_SHARD_MODELS} models and, unless it is one, ${MAX_STATE_BYTES} bytes of one state`;
    throw new RangeError(`shard ${index}: takes ${most}, and is below ${MAX_SHARDS}; got ${M} models of D = ${D}`);
  }
  const array = { name: "weights", dtype: "F32" } as const;
  const header = encodeShardHeader({ index, models, states, length: D, array }, metadata);
  const plan = sha256(header, JSON.stringify({ measured, columns }));
  return { header, plan, slabBytes: models.length * D * 4, models, states, measured, columns };
}

/** Throws RangeError unless `data` is what the plan has at this epoch. */
export function checkEpoch({ index, models, states, D }: ShardPlan, epoch: number, data: EpochData): void {
  const { weights, metrics, diverged, engine, checkpoint } = data;
  const M = models.length;
  const fail = (rule: string): never => {
    throw new RangeError(`shard ${index}: ${rule}`);
  };
  if (!states.includes(epoch)) {
    if (weights !== null) fail(`epoch ${epoch} is not stored, so its weights must be null`);
  } else if (weights?.length !== M * D) {
    fail(`weights of epoch ${epoch} must be [M, D] = [${M}, ${D}], got ${weights?.length ?? "null"} elements`);
  }
  const wrong = metrics.findIndex((row, m) => row.model !== models[m] || row.epoch !== epoch);
  if (metrics.length !== M || wrong >= 0) {
    const row = metrics[wrong];
    const got = wrong < 0 ? `${metrics.length} rows` : `row ${wrong} of model ${row.model}, epoch ${row.epoch}`;
    fail(`metrics must be one row per model for epoch ${epoch}, got ${got}`);
  }
  const stranger = diverged.find((id) => !models.includes(id));
  if (stranger !== undefined) fail(`diverged names model ${stranger}, which is not of this shard`);
  if (!identifier.safeParse(engine).success) fail(`engine ${JSON.stringify(engine)} is no name of a-z, 0-9, . _ -`);
  if (checkpoint === null) return;
  if (checkpoint.epoch !== epoch) fail(`the checkpoint is of epoch ${checkpoint.epoch}, not ${epoch}`);
  for (const [name, { shape, data }] of Object.entries(checkpoint.tensors)) {
    if (shape[0] !== M || shape.reduce((a, b) => a * b, 1) !== data.length) {
      const got = `[${shape.join(", ")}] with ${data.length} elements`;
      fail(`${name} of the checkpoint must have the leading axis M = ${M} and all of its elements, got ${got}`);
    }
  }
}

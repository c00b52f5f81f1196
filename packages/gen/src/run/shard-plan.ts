import type { Numerics } from "@zoo/engine";
import { shardMetadata } from "@zoo/format";
import type { ShardPlan } from "@zoo/format/node";
import type { Plan } from "../recipe/plan.ts";
import type { PlannedShard } from "../recipe/shards.ts";

/** What the writer of a shard must know of it. */
export function shardPlan(plan: Plan, { index, models }: PlannedShard, numerics: Numerics): ShardPlan {
  const { states, measured, layout, architecture } = plan;
  const ids = models.map(({ id }) => id);
  return { index, models: ids, states, measured, D: layout.D, metadata: shardMetadata(architecture, numerics) };
}

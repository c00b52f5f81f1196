import { type Architecture, architectures, deriveLayout, type Layout } from "@zoo/format";
import { expand, type PlannedModel } from "./expand.ts";
import type { Recipe } from "./recipe.ts";

/** Models in one shard, at most. Part of the format of what zoo-gen writes: another number gives other files. */
export const SHARD_MODELS = 64;

/** Models that train, are written and are resumed together: equal activation, optimizer and batch size. */
export interface PlannedShard {
  index: number;
  /** In id order, which is the order of the shard's rows. */
  models: PlannedModel[];
}

/** All that a run will do, known before it does any of it. */
export interface Plan {
  recipe: Recipe;
  architecture: Architecture;
  layout: Layout;
  /** Epochs of training; E = epochs + 1 states are stored. */
  epochs: number;
  E: number;
  /** The selected models, by id. */
  models: PlannedModel[];
  shards: PlannedShard[];
}

/** Plans the models with these ids (all by default). A pure function of its arguments. */
export function makePlan(recipe: Recipe, ids?: readonly number[], epochs = recipe.epochs): Plan {
  const all = expand(recipe);
  const models = ids === undefined ? all : ids.map((id) => all[id]);
  const architecture = architectureOf(recipe);
  const layout = deriveLayout(architecture);
  return { recipe, architecture, layout, epochs, E: epochs + 1, models, shards: cutShards(models) };
}

export function architectureOf({ architecture }: Recipe): Architecture {
  return typeof architecture === "string" ? architectures[architecture] : architecture;
}

function cutShards(models: readonly PlannedModel[]): PlannedShard[] {
  const open = new Map<string, PlannedModel[]>();
  const cut: PlannedModel[][] = [];
  for (const model of models) {
    const { activation, optimizer, batch_size } = model.hyperparameters;
    const key = `${activation} ${optimizer} ${batch_size}`;
    let shard = open.get(key);
    if (shard === undefined || shard.length === SHARD_MODELS) {
      shard = [];
      open.set(key, shard);
      cut.push(shard);
    }
    shard.push(model);
  }
  return cut.map((models, index) => ({ index, models }));
}

/**
 * Bytes that the finished zoo takes, and bytes of the checkpoints that a run holds beside it, for `shardsAtOnce`
 * shards in training. A checkpoint holds weights and at most two moments.
 */
export function planBytes(plan: Plan, shardsAtOnce: number): { zoo: number; checkpoints: number } {
  const M = plan.models.length;
  const weights = plan.E * M * plan.layout.D * 4;
  const metrics = plan.E * M * METRIC_ROW_BYTES + M * MODEL_ROW_BYTES + 65_536;
  // Twice: the next checkpoint is written whole before it replaces the last.
  const checkpoints = 2 * Math.min(shardsAtOnce, plan.shards.length) * SHARD_MODELS * (plan.layout.D * 12 + 256);
  return { zoo: weights + metrics, checkpoints };
}

// Nine columns of 8 bytes, and as much again for the journal that is deleted at the end.
const METRIC_ROW_BYTES = 9 * 8 * 2;
const MODEL_ROW_BYTES = 128;

import { type Architecture, deriveLayout, type Layout } from "@zoo/format";
import { architectureOf } from "./architecture.ts";
import { expand, type PlannedModels } from "./expand.ts";
import { type Recipe, recipeSchema } from "./schema.ts";
import { PlannedShards, shardModels } from "./shards.ts";
import { type Keep, statesOf } from "./states.ts";

/** All that a run will do, known before it does any of it. */
export interface Plan {
  /** With the epochs and the states of this plan, so that it says alone what the zoo is. */
  recipe: Recipe;
  architecture: Architecture;
  layout: Layout;
  /** Epochs of training. */
  epochs: number;
  /** The epochs whose weights are stored, ascending; E = states.length. */
  states: number[];
  /** The epochs whose metrics are stored: all, from 0 on. */
  measured: number[];
  /** The selected models. */
  models: PlannedModels;
  shards: PlannedShards;
}

/**
 * Plans the models with these ids (ascending; all by default), trained for so many epochs, of which the states `keep` are
 * stored (the recipe's by default). A pure function of its arguments.
 * Throws ZooError `misuse` where `keep` has an epoch that is not trained.
 */
export function makePlan(
  recipe: Recipe,
  ids?: ArrayLike<number>,
  epochs: number = recipe.epochs,
  keep: Keep | undefined = recipe.keep,
): Plan {
  const states = statesOf(keep ?? "all", epochs);
  const measured = statesOf("all", epochs);
  const all = expand(recipe);
  const models = ids === undefined ? all : all.select(ids);
  const architecture = architectureOf(recipe);
  const layout = deriveLayout(architecture);
  const shards = new PlannedShards(models, shardModels(layout.D));
  return { recipe: withPlan(recipe, epochs, keep), architecture, layout, epochs, states, measured, models, shards };
}

/** In the order of keys that `parseRecipe` gives, so that a plan made from it again has the same JSON. */
function withPlan(recipe: Recipe, epochs: number, keep: Keep | undefined): Recipe {
  const changed: Recipe = { ...recipe, epochs, ...(keep === undefined ? {} : { keep }) };
  const keys = Object.keys(recipeSchema.shape) as (keyof Recipe)[];
  return Object.fromEntries(keys.filter((key) => key in changed).map((key) => [key, changed[key]])) as Recipe;
}

/**
 * Bytes that the finished zoo takes, and bytes of the checkpoints that a run holds beside it, for `shardsAtOnce`
 * shards in training. A checkpoint holds weights and at most two moments.
 */
export function planBytes(plan: Plan, shardsAtOnce: number): { zoo: number; checkpoints: number } {
  const M = plan.models.length;
  const { D } = plan.layout;
  const weights = plan.states.length * M * D * 4;
  const metrics = plan.measured.length * M * METRIC_ROW_BYTES + M * MODEL_ROW_BYTES + 65_536;
  // Twice: the next checkpoint is written whole before it replaces the last.
  const checkpoints = 2 * Math.min(shardsAtOnce * shardModels(D), M) * (D * 12 + 256);
  return { zoo: weights + metrics, checkpoints };
}

// Nine columns of 8 bytes, and as much again for the journal that is deleted at the end.
const METRIC_ROW_BYTES = 9 * 8 * 2;
const MODEL_ROW_BYTES = 128;

import type { Hyperparameters, ModelSplit } from "@zoo/format";
import { draw } from "./draw.ts";
import { countCombinations, countModels, gridOrder, type Recipe } from "./recipe.ts";

export interface PlannedModel {
  /** 0..M-1 of the whole recipe, whatever part of it is trained. */
  id: number;
  /** Which part of the zoo it belongs to in studies of it. Not a split of images. */
  split: ModelSplit;
  hyperparameters: Hyperparameters;
}

/**
 * All models of a recipe, by id: id = combination * seeds + seed's position, where the combinations count through the
 * grid in `gridOrder` (first key slowest) and through each key's values as the recipe lists them.
 * A pure function of the recipe: ids, seeds and splits never depend on what is selected or on the machine.
 */
export function expand(recipe: Recipe): PlannedModel[] {
  const splits = dealSplits(recipe);
  const combinations = countCombinations(recipe);
  const models: PlannedModel[] = [];
  for (let c = 0; c < combinations; c++) {
    const combination = combinationAt(recipe, c);
    for (const seed of seedsOf(recipe, c)) {
      const id = models.length;
      models.push({ id, split: splits[id], hyperparameters: { ...combination, seed } });
    }
  }
  return models;
}

function combinationAt(recipe: Recipe, index: number): Omit<Hyperparameters, "seed"> {
  const chosen: Record<string, unknown> = { ...recipe.fixed, batch_size: recipe.batch_size };
  for (const key of [...gridOrder].reverse()) {
    const values = recipe.grid?.[key];
    if (values === undefined) continue;
    chosen[key] = values[index % values.length];
    index = Math.floor(index / values.length);
  }
  if (chosen.optimizer !== "sgd") chosen.momentum = 0;
  return chosen as unknown as Omit<Hyperparameters, "seed">;
}

function seedsOf(recipe: Recipe, combination: number): number[] {
  const { seeds } = recipe;
  if (Array.isArray(seeds)) return seeds;
  if ("from" in seeds) return Array.from({ length: seeds.count }, (_, i) => seeds.from + i);
  const { count, below, drawn_from } = seeds.draw;
  const drawn: number[] = [];
  for (let i = 0; i < count; i++) {
    let seed: number;
    let attempt = 0;
    do seed = draw("seeds", drawn_from, combination, i, attempt++, below);
    while (drawn.includes(seed));
    drawn.push(seed);
  }
  return drawn;
}

/** Fisher-Yates over all ids, then the first for train, the next for val, the rest for test. val and test are rounded, train takes up the difference. */
function dealSplits(recipe: Recipe): ModelSplit[] {
  const { val, test, seed } = recipe.models_split;
  const M = countModels(recipe);
  const order = Uint32Array.from({ length: M }, (_, id) => id);
  for (let i = M - 1; i > 0; i--) {
    const j = draw("split", seed, i, 0, 0, i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const inVal = Math.round(val * M);
  const inTest = Math.min(Math.round(test * M), M - inVal);
  const splits: ModelSplit[] = Array.from({ length: M }, () => "train");
  for (const id of order.subarray(M - inVal - inTest, M - inTest)) splits[id] = "val";
  for (const id of order.subarray(M - inTest)) splits[id] = "test";
  return splits;
}

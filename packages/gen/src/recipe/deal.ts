import { modelSplits } from "@zoo/format";
import { streamDraws } from "./draw.ts";
import { firstDraws } from "./first-draw.ts";
import { countModels } from "./grid.ts";
import type { Recipe } from "./schema.ts";

const drawsOf = (recipe: Recipe) => (recipe.draws === "1" ? firstDraws : streamDraws);

/** The seeds of all models, or of one combination where all have the same: model id has number id modulo the length. */
export function seedsOf(recipe: Recipe): Float64Array {
  const { seeds } = recipe;
  if (Array.isArray(seeds)) return Float64Array.from(seeds);
  if ("from" in seeds) return Float64Array.from({ length: seeds.count }, (_, i) => seeds.from + i);
  const { count, below, drawn_from } = seeds.draw;
  const all = new Float64Array(countModels(recipe));
  for (let c = 0; c * count < all.length; c++) {
    all.set(drawsOf(recipe).seeds(drawn_from, c, count, below), c * count);
  }
  return all;
}

/**
 * The split of every model, as its place in `modelSplits`. Dealt by a random order of all ids: the first for train, the
 * next for val, the rest for test. val and test are rounded, train takes up the difference.
 */
export function splitsOf(recipe: Recipe): Uint8Array {
  const { val, test, seed } = recipe.models_split;
  const M = countModels(recipe);
  const order = drawsOf(recipe).order(seed, M);
  const inVal = Math.round(val * M);
  const inTest = Math.min(Math.round(test * M), M - inVal);
  const splits = new Uint8Array(M);
  for (let i = M - inVal - inTest; i < M; i++) splits[order[i]] = modelSplits.indexOf(i < M - inTest ? "val" : "test");
  return splits;
}

import type { Recipe } from "./schema.ts";

/** The grid's keys from the slowest to the fastest; seeds are faster than all of them. Part of the meaning of a model's id. */
export const gridOrder = [
  "activation",
  "init",
  "dropout",
  "optimizer",
  "lr",
  "weight_decay",
  "momentum",
  "batch_size",
] as const;

export type GridKey = (typeof gridOrder)[number];

/** What a key may be in the models of a recipe: the grid's values, else the fixed one; undefined where the recipe is silent. */
export function valuesOf(recipe: Recipe, key: GridKey): readonly (string | number)[] | undefined {
  const fixed = key === "batch_size" ? recipe.batch_size : recipe.fixed[key];
  return recipe.grid?.[key] ?? (fixed === undefined ? undefined : [fixed]);
}

/** Combinations of the grid. */
export function countCombinations(recipe: Recipe): number {
  return gridOrder.reduce((count, key) => count * (recipe.grid?.[key]?.length ?? 1), 1);
}

/** Seeds of each combination. */
export function countSeeds({ seeds }: Recipe): number {
  return Array.isArray(seeds) ? seeds.length : "draw" in seeds ? seeds.draw.count : seeds.count;
}

/** Models of the whole recipe. */
export function countModels(recipe: Recipe): number {
  return countCombinations(recipe) * countSeeds(recipe);
}

/** What the paper calls such a population: `seed`, `hyp-10-fix` (the same 10 seeds everywhere) or `hyp-10-rand`. */
export function configOf(recipe: Recipe): string {
  const each = countSeeds(recipe);
  if ("draw" in recipe.seeds) return `hyp-${each}-rand`;
  return countCombinations(recipe) === 1 ? "seed" : `hyp-${each}-fix`;
}

/** The ids of the whole recipe. */
export function modelIds(recipe: Recipe): number[] {
  return Array.from({ length: countModels(recipe) }, (_, id) => id);
}

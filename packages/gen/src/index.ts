/**
 * Recipes and what follows from them. The command is `zoo-gen`; `main` is the same from a program:
 *
 *     import { main } from "@zoo/gen";
 *     const code = await main(["run", "usps-seed", "--out", "zoos/usps", "--models", "64"]);
 */

export type { World } from "./cli/world.ts";
export { main } from "./main.ts";
export { catalogueNames, loadRecipe } from "./recipe/catalogue.ts";
export type { PlannedModel, PlannedModels } from "./recipe/expand.ts";
export { expand } from "./recipe/expand.ts";
export type { Fault, StatedModel, StatedZoo } from "./recipe/faults.ts";
export { recipeFaults } from "./recipe/faults.ts";
export { configOf, countModels } from "./recipe/grid.ts";
export type { Plan } from "./recipe/plan.ts";
export { makePlan, planBytes } from "./recipe/plan.ts";
export { parseRecipe } from "./recipe/recipe.ts";
export type { Recipe } from "./recipe/schema.ts";
export { recipeJsonSchema, recipeSchema } from "./recipe/schema.ts";
export type { PlannedShard, PlannedShards } from "./recipe/shards.ts";
export type { Keep } from "./recipe/states.ts";

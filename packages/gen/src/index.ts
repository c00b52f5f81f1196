/**
 * Recipes and what follows from them. The command is `zoo-gen`; `main` is the same from a program:
 *
 *     import { main } from "@zoo/gen";
 *     const code = await main(["run", "usps-seed", "--out", "zoos/usps", "--models", "64"]);
 */

export type { World } from "./cli/world.ts";
export { main } from "./main.ts";
export { catalogueNames, loadRecipe } from "./recipe/catalogue.ts";
export type { PlannedModel } from "./recipe/expand.ts";
export { expand } from "./recipe/expand.ts";
export type { Plan, PlannedShard } from "./recipe/plan.ts";
export { makePlan, planBytes } from "./recipe/plan.ts";
export type { Recipe } from "./recipe/recipe.ts";
export { configOf, countModels, parseRecipe, recipeSchema } from "./recipe/recipe.ts";
export { recipeJsonSchema } from "./recipe/schema.ts";

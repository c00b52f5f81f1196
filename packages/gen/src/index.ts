/**
 * Recipes and what follows from them. The command is `zoo-gen`; `main` is the same from a program:
 *
 *     import { main } from "@zoo/gen";
 *     const code = await main(["run", "usps-seed", "--out", "zoos/usps", "--models", "64"]);
 */
export { catalogueNames, loadRecipe } from "./catalogue.ts";
export type { PlannedModel } from "./expand.ts";
export { expand } from "./expand.ts";
export { main } from "./main.ts";
export type { Plan, PlannedShard } from "./plan.ts";
export { makePlan, planBytes } from "./plan.ts";
export type { Recipe } from "./recipe.ts";
export { configOf, countModels, parseRecipe, recipeSchema } from "./recipe.ts";
export { recipeJsonSchema } from "./schema.ts";
export type { World } from "./world.ts";

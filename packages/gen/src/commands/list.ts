import { count, table, writeJson } from "@zoo/cli";
import { deriveLayout } from "@zoo/format";
import type { World } from "../cli/world.ts";
import { architectureOf } from "../recipe/architecture.ts";
import { catalogueNames, loadRecipe } from "../recipe/catalogue.ts";
import { configOf, countModels } from "../recipe/grid.ts";
import type { Recipe } from "../recipe/schema.ts";

/** A recipe in numbers, as `list --json` and `show --json` give it. */
export function describe(recipe: Recipe) {
  const models = countModels(recipe);
  const architecture = architectureOf(recipe);
  return {
    name: recipe.name,
    title: recipe.title,
    dataset: recipe.dataset,
    architecture: architecture.name,
    config: configOf(recipe),
    models,
    epochs: recipe.epochs,
    states: models * (recipe.epochs + 1),
    weights: deriveLayout(architecture).D,
  };
}

export function listCommand(options: { json?: boolean }, world: World): number {
  const zoos = catalogueNames().map((name) => describe(loadRecipe(name)));
  if (options.json) {
    writeJson(world.stdout, zoos);
    return 0;
  }
  const rows = zoos.map((zoo) => [
    zoo.name,
    zoo.dataset,
    zoo.architecture,
    zoo.config,
    count(zoo.models),
    count(zoo.epochs),
    count(zoo.states),
  ]);
  const head = ["name", "dataset", "architecture", "config", "models", "epochs", "states"];
  world.stdout.write(table([head, ...rows], [4, 5, 6]));
  return 0;
}

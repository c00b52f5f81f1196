import { isDeepStrictEqual } from "node:util";
import { NUMERICS_VERSION } from "@zoo/engine";
import { type Architecture, type Hyperparameters, hyperparameterNames, type ModelRow } from "@zoo/format";
import { architectureOf } from "./architecture.ts";
import { expand } from "./expand.ts";
import { checkRecipe } from "./recipe.ts";
import type { Recipe } from "./schema.ts";
import { statesOf } from "./states.ts";
import { trainingOf } from "./training.ts";

/** A value of a zoo that contradicts its recipe, or a rule of recipes that it breaks. */
export interface Fault {
  /** `epochs`, `recipe.fixed.lr`, or a column: `models.parquet lr`. */
  path: string;
  /** What is wrong with it, as the end of a sentence. Holds text of the zoo: escape it before it is printed. */
  rule: string;
}

/** What a manifest says that its recipe decides. */
export interface StatedZoo {
  name: string;
  title: string;
  recipe: unknown;
  architecture: Architecture;
  dataset: { name: string; transforms: readonly unknown[] };
  training: object;
  numerics: { name: string; exact: boolean };
  epochs: number;
  states: readonly number[];
  measured: readonly number[];
}

/** A row of models.parquet as far as a recipe decides it. */
export type StatedModel = Pick<ModelRow, "id" | "split"> & Hyperparameters;

/**
 * Everything in which a manifest and its models contradict the manifest's recipe; [] for a zoo that is what it says.
 * A column that differs is one fault, which names the first model and says how many more there are. Which ids a zoo
 * has is free, since a recipe may be trained in part. The numerics must be those of this program.
 */
export function recipeFaults(zoo: StatedZoo, models: Iterable<StatedModel>): Fault[] {
  const faults = numericsFaults(zoo);
  const { recipe, complaints } = checkRecipe(zoo.recipe);
  for (const [path, rule] of complaints) faults.push({ path: path === "" ? "recipe" : `recipe.${path}`, rule });
  if (recipe === null || complaints.length > 0) return faults; // what it would expand to means nothing
  return [...faults, ...manifestFaults(zoo, recipe), ...modelFaults(models, recipe)];
}

function numericsFaults({ numerics }: StatedZoo): Fault[] {
  const { name, exact } = numerics;
  if (name !== NUMERICS_VERSION) {
    const rule = `is ${show(name)}, which this zoo-gen does not know; it computes with ${show(NUMERICS_VERSION)}`;
    return [{ path: "numerics.name", rule }];
  }
  return exact ? [] : [{ path: "numerics.exact", rule: `is false, and numerics ${show(name)} is exact` }];
}

function manifestFaults(zoo: StatedZoo, recipe: Recipe): Fault[] {
  const pairs: [path: string, stated: unknown, expected: unknown][] = [
    ["name", zoo.name, recipe.name],
    ["title", zoo.title, recipe.title],
    ["dataset.name", zoo.dataset.name, recipe.dataset],
    ["dataset.transforms", zoo.dataset.transforms, recipe.transforms ?? zoo.dataset.transforms],
    ["architecture", zoo.architecture, architectureOf(recipe)],
    ["training", zoo.training, trainingOf(recipe)],
    ["epochs", zoo.epochs, recipe.epochs],
    ["states", zoo.states, statesOf(recipe.keep ?? "all", recipe.epochs)],
    ["measured", zoo.measured, statesOf("all", recipe.epochs)],
  ];
  return pairs
    .filter(([, stated, expected]) => !isDeepStrictEqual(stated, expected))
    .map(([path, stated, expected]) => ({ path, rule: `is ${show(stated)}, and the recipe gives ${show(expected)}` }));
}

const columns = ["split", ...hyperparameterNames] as const;

function modelFaults(models: Iterable<StatedModel>, recipe: Recipe): Fault[] {
  const planned = expand(recipe);
  const first = new Map<string, string>();
  const count = new Map<string, number>();
  const note = (column: string, rule: () => string) => {
    if (!first.has(column)) first.set(column, rule());
    count.set(column, (count.get(column) ?? 0) + 1);
  };
  for (const stated of models) {
    const { id } = stated;
    if (!planned.has(id)) {
      note("id", () => `is ${id}, and the recipe makes models 0-${planned.length - 1}`);
      continue;
    }
    const { split, hyperparameters } = planned.get(id);
    const expected = { split, ...hyperparameters };
    for (const column of columns) {
      if (stated[column] === expected[column]) continue;
      note(column, () => `is ${show(stated[column])} for model ${id}, and the recipe gives ${show(expected[column])}`);
    }
  }
  return [...first].map(([column, rule]) => {
    const more = (count.get(column) ?? 0) - 1;
    return { path: `models.parquet ${column}`, rule: more === 0 ? rule : `${rule}; wrong for ${more} more` };
  });
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

import { datasetNames } from "@zoo/data";
import {
  activationSchema,
  architectureSchema,
  architectures,
  hyperparametersSchema,
  initSchema,
  optimizerSchema,
  ZooError,
} from "@zoo/format";
import { z } from "zod";
import { explain } from "./explain.ts";

/** Most models in one recipe: beyond it a typing error is likelier than a plan. */
export const MAX_MODELS = 1_000_000;

/** A strict object whose complaint about an unknown key lists the known ones. */
function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  const allowed = Object.keys(shape)
    .filter((key) => key !== "$schema")
    .join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `unknown key "${issue.keys?.[0]}"; allowed: ${allowed}` : undefined,
  });
}

const number = hyperparametersSchema.shape;
const values = {
  activation: activationSchema,
  init: initSchema,
  dropout: number.dropout,
  optimizer: optimizerSchema,
  lr: number.lr,
  weight_decay: number.weight_decay,
  momentum: number.momentum,
};
const architectureNames = Object.keys(architectures) as (keyof typeof architectures)[];
const seedCount = z.int().min(1).max(MAX_MODELS);

const seedsSchema = z.union(
  [
    strict({ from: number.seed, count: seedCount }).describe("Consecutive seeds: from, from + 1, ..."),
    z.array(number.seed).min(1).describe("These seeds."),
    strict({
      draw: strict({
        count: seedCount.describe("Seeds per combination of the grid; no two alike within one."),
        below: z.int().min(1).max(0xffff_ffff).describe("Seeds are in 0..below-1."),
        drawn_from: z.int().min(0).max(0xffff_ffff).describe("The seed that the seeds are drawn from."),
      }),
    }).describe("Other seeds for each combination of the grid."),
  ],
  { error: "{from, count}, a list of seeds, or {draw: {count, below, drawn_from}}" },
);

/**
 * A zoo as data. Every hyperparameter stands in exactly one of `fixed` and `grid` (`batch_size` at the top or in `grid`,
 * `seed` in `seeds`); the models are all combinations of the grid's values, times the seeds.
 */
export const recipeSchema = strict({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
    .describe("Lower-case letters, digits and dashes."),
  title: z.string().min(1).max(200),
  dataset: z.enum(datasetNames),
  architecture: z.union([z.enum(architectureNames), architectureSchema], {
    error: `one of ${architectureNames.join(", ")}, or an architecture written out`,
  }),
  epochs: z.int().min(1).max(100_000).describe("Epochs of training; epoch 0 is the initialisation and is stored too."),
  batch_size: number.batch_size.optional(),
  seeds: seedsSchema,
  fixed: strict({
    activation: values.activation.optional(),
    init: values.init.optional(),
    dropout: values.dropout.optional(),
    optimizer: values.optimizer.optional(),
    lr: values.lr.optional(),
    weight_decay: values.weight_decay.optional(),
    momentum: values.momentum.optional().describe("Of the sgd models; the others have momentum 0."),
  }),
  grid: strict({
    activation: z.array(values.activation).min(1).optional(),
    init: z.array(values.init).min(1).optional(),
    dropout: z.array(values.dropout).min(1).optional(),
    optimizer: z.array(values.optimizer).min(1).optional(),
    lr: z.array(values.lr).min(1).optional(),
    weight_decay: z.array(values.weight_decay).min(1).optional(),
    momentum: z.array(values.momentum).min(1).optional(),
    batch_size: z.array(number.batch_size).min(1).optional(),
  }).optional(),
  models_split: strict({
    train: z.number().min(0).max(1),
    val: z.number().min(0).max(1),
    test: z.number().min(0).max(1),
    seed: z.int().min(0).max(0xffff_ffff),
  }).describe("Fractions of the models for studies of the zoo, dealt by a shuffle of the whole recipe."),
});

export type Recipe = Omit<z.infer<typeof recipeSchema>, "$schema">;

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

/**
 * Checks a recipe that came from outside. `source` (a file or a recipe's name) begins every message.
 * Throws ZooError `bad-recipe` at the first rule that is broken.
 */
export function parseRecipe(input: unknown, source: string): Recipe {
  const parsed = recipeSchema.safeParse(input);
  if (!parsed.success) {
    const { path, rule } = explain(parsed.error, input);
    throw badRecipe(source, path, rule);
  }
  const { $schema: _, ...recipe } = parsed.data;
  for (const [path, rule] of contradictions(recipe)) throw badRecipe(source, path, rule);
  return recipe;
}

function badRecipe(source: string, path: string, rule: string): ZooError<"bad-recipe"> {
  return new ZooError("bad-recipe", `recipe ${source}: ${path === "" ? "" : `${path}: `}${rule}`, { path, rule });
}

function* contradictions(recipe: Recipe): Generator<[path: string, rule: string]> {
  const grid = recipe.grid ?? {};
  for (const key of gridOrder) {
    const outside = key === "batch_size" ? recipe.batch_size : recipe.fixed[key];
    const place = key === "batch_size" ? key : `fixed.${key}`;
    if (outside !== undefined && grid[key] !== undefined) yield [place, `is in the grid too; keep one of the two`];
    const list: readonly unknown[] | undefined = grid[key];
    if (list !== undefined && new Set(list).size < list.length) yield [`grid.${key}`, "has a value twice"];
    if (key !== "momentum" && outside === undefined && list === undefined)
      yield [place, `is missing; give it here, or values in grid.${key}`];
  }
  const optimizers = grid.optimizer ?? [recipe.fixed.optimizer];
  const momentum = recipe.fixed.momentum ?? grid.momentum;
  if (optimizers.includes("sgd") && momentum === undefined) yield ["fixed.momentum", "is missing; sgd needs it"];
  if (!optimizers.includes("sgd") && momentum !== undefined)
    yield [grid.momentum === undefined ? "fixed.momentum" : "grid.momentum", "is of sgd only, and no model has sgd"];
  if (grid.momentum !== undefined && optimizers.some((optimizer) => optimizer !== "sgd"))
    yield ["grid.momentum", "is of sgd only, and other optimizers in the grid would give equal models"];

  const { seeds, models_split: split } = recipe;
  if (Array.isArray(seeds) && new Set(seeds).size < seeds.length) yield ["seeds", "has a seed twice"];
  if ("from" in seeds && seeds.from + seeds.count - 1 > Number.MAX_SAFE_INTEGER)
    yield ["seeds", "the last seed is above 2^53 - 1"];
  if ("draw" in seeds && seeds.draw.below < seeds.draw.count)
    yield ["seeds.draw.below", `is ${seeds.draw.below}: too few for ${seeds.draw.count} different seeds`];
  const total = split.train + split.val + split.test;
  if (Math.abs(total - 1) > 1e-9) yield ["models_split", `the fractions must add up to 1, and give ${total}`];
  const count = countModels(recipe);
  if (count > MAX_MODELS) yield ["", `has ${count} models; at most ${MAX_MODELS}`];
}

/** Combinations of the grid. */
export function countCombinations(recipe: Recipe): number {
  return gridOrder.reduce((count, key) => count * (recipe.grid?.[key]?.length ?? 1), 1);
}

/** Models of the whole recipe. */
export function countModels(recipe: Recipe): number {
  const { seeds } = recipe;
  const each = Array.isArray(seeds) ? seeds.length : "draw" in seeds ? seeds.draw.count : seeds.count;
  return countCombinations(recipe) * each;
}

/** What the paper calls such a population: `seed`, `hyp-10-fix` (the same 10 seeds everywhere) or `hyp-10-rand`. */
export function configOf(recipe: Recipe): string {
  const each = countModels(recipe) / countCombinations(recipe);
  if ("draw" in recipe.seeds) return `hyp-${each}-rand`;
  return countCombinations(recipe) === 1 ? "seed" : `hyp-${each}-fix`;
}

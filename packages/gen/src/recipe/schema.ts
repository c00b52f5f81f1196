import { datasetNames } from "@zoo/data";
import {
  activationSchema,
  architectureSchema,
  architectures,
  hyperparametersSchema,
  initSchema,
  optimizerSchema,
} from "@zoo/format";
import { z } from "zod";

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
// A list stops at its first wrong item.
const abort = { abort: true };
const seedCount = z.int().min(1).max(MAX_MODELS);
/** A zoo stores at most 65,536 states, the initialisation among them. */
export const MAX_EPOCHS = 65_535;
const epochCount = z.int().min(1).max(MAX_EPOCHS);

const seedsSchema = z.union(
  [
    strict({ from: number.seed, count: seedCount }).describe("Consecutive seeds: from, from + 1, ..."),
    z.array(number.seed).min(1).max(MAX_MODELS).describe("These seeds."),
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

const keepSchema = z.union(
  [
    z.literal("all"),
    z
      .array(
        z.union([z.int().min(0, abort).max(65_535, abort), z.literal("last")], {
          error: `an epoch from 0 to 65535, or "last"`,
        }),
      )
      .min(1)
      .max(65_536)
      .describe("These epochs and no others; the last one is kept only if it is here."),
    strict({ every: epochCount }).describe("Epochs 0, every, 2 * every, ..., and the last."),
  ],
  { error: '"all", a list of epochs, or {every: n}' },
);

const trainingSchema = strict({
  schedule: strict({ type: z.literal("constant") })
    .optional()
    .describe("Of the learning rate."),
  augmentation: z.array(z.unknown()).max(0).optional().describe("None is known yet."),
});

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
  transforms: z
    .array(z.looseObject({ type: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/) }))
    .max(64)
    .optional()
    .describe("What is done to the images, in order; as the data set says unless given."),
  architecture: z.union([z.enum(architectureNames), architectureSchema], {
    error: `one of ${architectureNames.join(", ")}, or an architecture written out`,
  }),
  epochs: epochCount.describe("Epochs of training; epoch 0 is the initialisation."),
  keep: keepSchema
    .optional()
    .describe("The states whose weights are stored; all unless given. Metrics are of every epoch."),
  batch_size: number.batch_size.optional(),
  training: trainingSchema.optional(),
  draws: z
    .literal("1")
    .optional()
    .describe("Draws seeds and splits as before draws were unbiased; not for new recipes."),
  seeds: seedsSchema,
  fixed: strict({
    activation: values.activation.optional().describe("Of the activation layers that have no kind of their own."),
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
    dropout: z.array(values.dropout).min(1).max(MAX_MODELS).optional(),
    optimizer: z.array(values.optimizer).min(1).optional(),
    lr: z.array(values.lr).min(1).max(MAX_MODELS).optional(),
    weight_decay: z.array(values.weight_decay).min(1).max(MAX_MODELS).optional(),
    momentum: z.array(values.momentum).min(1).max(MAX_MODELS).optional(),
    batch_size: z.array(number.batch_size).min(1).max(MAX_MODELS).optional(),
  }).optional(),
  models_split: strict({
    train: z.number().min(0).max(1),
    val: z.number().min(0).max(1),
    test: z.number().min(0).max(1),
    seed: z.int().min(0).max(0xffff_ffff),
  }).describe("Fractions of the models for studies of the zoo, dealt by a shuffle of the whole recipe."),
});

export type Recipe = Omit<z.infer<typeof recipeSchema>, "$schema">;

/** JSON Schema of a recipe file, as `schema/recipe.schema.json` ships it for editors. Rules between keys are only in `parseRecipe`. */
export function recipeJsonSchema(): object {
  return { title: "A recipe of zoo-gen", ...z.toJSONSchema(recipeSchema, { io: "input" }) };
}

import { describe, expect, test } from "vitest";
import { expand } from "../src/recipe/expand.ts";
import { recipeFaults, type StatedModel, type StatedZoo } from "../src/recipe/faults.ts";
import { makePlan } from "../src/recipe/plan.ts";
import { parseRecipe } from "../src/recipe/recipe.ts";
import { trainingOf } from "../src/recipe/training.ts";

const recipe = parseRecipe(
  {
    name: "small",
    title: "Small",
    dataset: "mnist",
    transforms: [{ type: "resize", height: 28, width: 28, method: "pillow-bilinear" }],
    architecture: {
      name: "one",
      input: [1, 28, 28],
      classes: 10,
      layers: [
        { type: "avgpool2d", kernel: 7 },
        { type: "activation" },
        { type: "flatten" },
        { type: "linear", out: 10 },
      ],
    },
    epochs: 4,
    keep: [0, 2, "last"],
    batch_size: 10,
    training: { schedule: { type: "constant" }, augmentation: [] },
    draws: "1",
    seeds: { draw: { count: 3, below: 1000, drawn_from: 5 } },
    fixed: { init: "normal", dropout: 0.5, momentum: 0.9 },
    grid: {
      activation: ["tanh", "elu"],
      optimizer: ["adam", "sgd"],
      lr: [0.001, 0.0001],
      weight_decay: [0.01, 0.001],
    },
    models_split: { train: 0.5, val: 0.25, test: 0.25, seed: 42 },
  },
  "test",
);

/** The manifest and models.parquet that a run of the recipe gives, as far as the recipe decides them. */
function zooOf(ids?: number[]): { zoo: StatedZoo; models: StatedModel[] } {
  const plan = makePlan(recipe, ids);
  const { name, title, dataset, transforms = [] } = recipe;
  const zoo: StatedZoo = {
    name,
    title,
    recipe: plan.recipe,
    architecture: plan.architecture,
    dataset: { name: dataset, transforms },
    training: trainingOf(recipe),
    numerics: { name: "1", exact: true },
    epochs: plan.epochs,
    states: plan.states,
    measured: [0, 1, 2, 3, 4],
  };
  return {
    zoo: JSON.parse(JSON.stringify(zoo)) as StatedZoo, // as it is read; no two places share an object
    models: [...plan.models].map(({ id, split, hyperparameters }) => ({ id, split, ...hyperparameters })),
  };
}

/** Sets `recipe.seeds.draw.count` and the like; undefined removes. */
function change(target: object, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() as string;
  const at = keys.reduce((at, key) => at[key] as Record<string, unknown>, target as Record<string, unknown>);
  if (value === undefined) delete at[last];
  else at[last] = value;
}

const pathsOf = (zoo: StatedZoo, models: StatedModel[]) => recipeFaults(zoo, models).map(({ path }) => path);

test("a zoo that is what its recipe makes has no faults, whole or in part", () => {
  for (const ids of [undefined, [0, 7, 47]]) {
    const { zoo, models } = zooOf(ids);
    expect(recipeFaults(zoo, models)).toEqual([]);
  }
});

const columns = (...names: string[]) => names.map((name) => `models.parquet ${name}`);

describe("every wrong value is noticed and named", () => {
  test.each<[path: string, value: unknown, named: string[]]>([
    ["name", "large", ["name"]],
    ["title", "Large", ["title"]],
    ["dataset.name", "usps", ["dataset.name"]],
    ["dataset.transforms", [], ["dataset.transforms"]],
    ["dataset.transforms.0.height", 32, ["dataset.transforms"]],
    ["architecture.name", "two", ["architecture"]],
    ["architecture.input.1", 32, ["architecture"]],
    ["architecture.classes", 11, ["architecture"]],
    ["architecture.layers.0.kernel", 14, ["architecture"]],
    ["architecture.layers.1.kind", "relu", ["architecture"]],
    ["training.loss", "mse", ["training"]],
    ["training.schedule.type", "cosine", ["training"]],
    ["training.augmentation", [{ type: "flip" }], ["training"]],
    ["numerics.name", "2", ["numerics.name"]],
    ["numerics.exact", false, ["numerics.exact"]],
    ["epochs", 5, ["epochs"]],
    ["states", [0, 1, 2, 3, 4], ["states"]],
    ["states.1", 1, ["states"]],
    ["measured", [0, 2, 4], ["measured"]],
    ["recipe", null, ["recipe"]],
    ["recipe.extra", 1, ["recipe"]],
    ["recipe.name", "large", ["name"]],
    ["recipe.name", "../x", ["recipe.name"]],
    ["recipe.title", "Large", ["title"]],
    ["recipe.title", undefined, ["recipe.title"]],
    ["recipe.dataset", "usps", ["dataset.name"]],
    ["recipe.dataset", "imagenet", ["recipe.dataset"]],
    ["recipe.transforms", [], ["dataset.transforms"]],
    ["recipe.transforms.0.method", "nearest", ["dataset.transforms"]],
    ["recipe.architecture", "cnn-s-1ch", ["architecture"]],
    ["recipe.architecture", "vgg", ["recipe.architecture"]],
    ["recipe.architecture.layers.0.kernel", 4, ["architecture"]],
    ["recipe.architecture.layers.1.kind", "tanh", ["recipe.grid.activation"]],
    ["recipe.epochs", 5, ["epochs", "states", "measured"]],
    ["recipe.epochs", 0, ["recipe.epochs"]],
    ["recipe.keep", undefined, ["states"]],
    ["recipe.keep", { every: 4 }, ["states"]],
    ["recipe.keep.1", 3, ["states"]],
    ["recipe.keep.1", 9, ["recipe.keep[1]"]],
    ["recipe.batch_size", 20, columns("batch_size")],
    ["recipe.batch_size", undefined, ["recipe.batch_size"]],
    ["recipe.training.schedule.type", "cosine", ["recipe.training.schedule.type"]],
    ["recipe.draws", undefined, columns("split", "seed")],
    ["recipe.draws", "3", ["recipe.draws"]],
    ["recipe.seeds", { from: 1, count: 3 }, columns("seed")],
    ["recipe.seeds", [], ["recipe.seeds"]],
    [
      "recipe.seeds.draw.count",
      2,
      columns("id", "split", "seed", "activation", "optimizer", "lr", "weight_decay", "momentum"),
    ],
    ["recipe.seeds.draw.below", 1001, columns("seed")],
    ["recipe.seeds.draw.drawn_from", 6, columns("seed")],
    ["recipe.fixed.init", "uniform", columns("init")],
    ["recipe.fixed.dropout", 0.4, columns("dropout")],
    ["recipe.fixed.momentum", 0.8, columns("momentum")],
    ["recipe.fixed.momentum", undefined, ["recipe.fixed.momentum"]],
    ["recipe.fixed.lr", 0.1, ["recipe.fixed.lr"]],
    ["recipe.grid.activation.0", "relu", columns("activation")],
    ["recipe.grid.optimizer.0", "adamw", columns("optimizer")],
    ["recipe.grid.optimizer", ["sgd", "adam"], columns("optimizer", "momentum")],
    ["recipe.grid.lr.1", 0.0002, columns("lr")],
    ["recipe.grid.lr.1", 0.001, ["recipe.grid.lr"]],
    ["recipe.grid.weight_decay.0", 0.02, columns("weight_decay")],
    [
      "recipe.grid.weight_decay",
      [0.01, 0.001, 0.1],
      columns("split", "activation", "optimizer", "lr", "weight_decay", "momentum"),
    ],
    ["recipe.models_split.seed", 43, columns("split")],
    ["recipe.models_split.train", 0.6, ["recipe.models_split"]],
  ])("%s = %j", (path, value, named) => {
    const { zoo, models } = zooOf();
    change(zoo, path, value);
    expect(pathsOf(zoo, models).sort()).toEqual([...named].sort());
  });

  test("the fractions of the models' split", () => {
    const { zoo, models } = zooOf();
    change(zoo, "recipe.models_split", { train: 0.25, val: 0.5, test: 0.25, seed: 42 });
    expect(pathsOf(zoo, models)).toEqual(columns("split"));
  });

  test.each<[column: keyof StatedModel, value: string | number]>([
    ["id", 48],
    ["split", "none"],
    ["seed", 1000],
    ["activation", "relu"],
    ["init", "uniform"],
    ["dropout", 0],
    ["optimizer", "adamw"],
    ["lr", 0.002],
    ["weight_decay", 0],
    ["momentum", 0.5],
    ["batch_size", 11],
  ])("models.parquet: %s = %j of one model", (column, value) => {
    const { zoo, models } = zooOf();
    change(models[13], column, value);
    const [fault, ...others] = recipeFaults(zoo, models);
    expect(others).toEqual([]);
    expect(fault.path).toBe(`models.parquet ${column}`);
    expect(fault.rule).toContain(JSON.stringify(value));
  });
});

test("a fault says the value, the model, what the recipe gives, and how many more there are", () => {
  const { zoo, models } = zooOf();
  zoo.title = "Large";
  zoo.numerics = { name: "7", exact: true };
  for (const model of models.slice(2, 12)) model.lr = 0.5;
  expect(recipeFaults(zoo, models)).toEqual([
    { path: "numerics.name", rule: 'is "7", which this zoo-gen does not know; it computes with "1"' },
    { path: "title", rule: 'is "Large", and the recipe gives "Small"' },
    { path: "models.parquet lr", rule: "is 0.5 for model 2, and the recipe gives 0.001; wrong for 9 more" },
  ]);
});

test("a recipe without transforms leaves them to the data set", () => {
  const { zoo, models } = zooOf();
  change(zoo, "recipe.transforms", undefined);
  expect(recipeFaults(zoo, models)).toEqual([]);
});

test("all broken rules of a recipe are listed", () => {
  const { zoo, models } = zooOf();
  change(zoo, "recipe.fixed.lr", 1);
  change(zoo, "recipe.models_split.train", 0);
  expect(pathsOf(zoo, models)).toEqual(["recipe.fixed.lr", "recipe.models_split"]);
});

test("the whole recipe has 48 models", () => {
  expect(expand(recipe)).toHaveLength(48);
});

import { isZooError } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { loadRecipe } from "../src/recipe/catalogue.ts";
import { expand } from "../src/recipe/expand.ts";
import { gridOrder } from "../src/recipe/grid.ts";
import { parseRecipe } from "../src/recipe/recipe.ts";

const hyp = loadRecipe("usps-hyp-10-rand");
const seed = loadRecipe("usps-seed");

/** Its first activation is elu and its second none, inside a residual block, in every model. */
const ownActivations = {
  name: "own",
  input: [1, 28, 28],
  classes: 10,
  layers: [
    { type: "activation", kind: "elu" },
    {
      type: "residual",
      body: [{ type: "conv2d", out: 1, kernel: 1 }],
      shortcut: [{ type: "activation", kind: "none" }],
    },
    { type: "flatten" },
    { type: "linear", out: 10 },
  ],
};

function messageOf(input: unknown): string {
  try {
    parseRecipe(input, "mine.json");
  } catch (e) {
    if (isZooError(e, "bad-recipe")) return e.message.replace("recipe mine.json: ", "");
    throw e;
  }
  return "accepted";
}

test("a correct recipe is accepted and loses only its $schema", () => {
  expect(parseRecipe({ $schema: "x", ...hyp }, "mine.json")).toEqual(hyp);
});

describe("a recipe that is wrong is refused with the key, the rule and the value", () => {
  test.each<[change: object, message: string]>([
    [
      { lr: 3 },
      'unknown key "lr"; allowed: name, title, dataset, transforms, architecture, epochs, keep, batch_size, training, draws, seeds, fixed, grid, models_split',
    ],
    [
      { fixed: { momentum: 0.9, learning_rate: 1 } },
      'fixed: unknown key "learning_rate"; allowed: activation, init, dropout, optimizer, lr, weight_decay, momentum',
    ],
    [
      { grid: { ...hyp.grid, seed: [1] } },
      'grid: unknown key "seed"; allowed: activation, init, dropout, optimizer, lr, weight_decay, momentum, batch_size',
    ],
    [{ epochs: -1 }, "epochs: must be at least 1, got -1"],
    [{ epochs: 1.5 }, "epochs: must be an integer, got 1.5"],
    [{ epochs: "3" }, 'epochs: must be a number, got "3"'],
    [{ batch_size: -10 }, "batch_size: must be at least 1, got -10"],
    [{ batch_size: undefined }, "batch_size: is missing; give it here, or values in grid.batch_size"],
    [{ title: undefined }, "title: is missing"],
    [{ title: "\u001b[2J" }, "title: has control characters"],
    [{ title: "\u202eooz" }, "title: has control characters"],
    [{ name: "My Zoo" }, 'name: must be text that matches /^[a-z0-9][a-z0-9-]{0,63}$/, got "My Zoo"'],
    [{ dataset: "imagenet" }, 'dataset: must be one of mnist, fashion-mnist, usps, mnist-10k, got "imagenet"'],
    [
      { architecture: "vgg" },
      'architecture: must be one of cnn-s-1ch, cnn-s-3ch, cnn-l, strided-cnn-1ch, strided-cnn-3ch, resnet-18-10, resnet-18-100, resnet-18-200, mlp, or an architecture written out, got "vgg"',
    ],
    [{ architecture: { name: "mine" } }, "architecture.input: is missing"],
    [{ seeds: { from: 1, count: 0 } }, "seeds.count: must be at least 1, got 0"],
    [{ seeds: { from: -1, count: 3 } }, "seeds.from: must be at least 0, got -1"],
    [{ seeds: [] }, "seeds: must be a list with at least 1 value, got []"],
    [{ seeds: [1, 1] }, "seeds: has a seed twice"],
    [{ seeds: [3, -1] }, "seeds[1]: must be at least 0, got -1"],
    [{ seeds: 3 }, "seeds: must be {from, count}, a list of seeds, or {draw: {count, below, drawn_from}}, got 3"],
    [
      { seeds: { draw: { count: 10, below: 9, drawn_from: 1 } } },
      "seeds.draw.below: is 9: too few for 10 different seeds",
    ],
    [{ seeds: { from: 1, count: 10_000 } }, "has 2560000 models; at most 1000000"],
    [{ grid: { ...hyp.grid, lr: [] } }, "grid.lr: must be a list with at least 1 value, got []"],
    [{ grid: { ...hyp.grid, lr: [-0.1] } }, "grid.lr[0]: must be greater than 0, got -0.1"],
    [{ grid: { ...hyp.grid, lr: [0.1, 0.1] } }, "grid.lr: has a value twice"],
    [{ grid: { ...hyp.grid, dropout: [1] } }, "grid.dropout[0]: must be less than 1, got 1"],
    [
      { grid: { ...hyp.grid, activation: ["mish"] } },
      'grid.activation[0]: must be one of tanh, relu, leaky_relu, sigmoid, silu, gelu, elu, none, got "mish"',
    ],
    [
      { grid: { ...hyp.grid, momentum: [0, 0.9] }, fixed: {} },
      "grid.momentum: is of sgd only, and other optimizers in the grid would give equal models",
    ],
    [{ fixed: {} }, "fixed.momentum: is missing; sgd needs it"],
    [{ fixed: { momentum: 0.9, lr: 1 } }, "fixed.lr: is in the grid too; keep one of the two"],
    [
      { models_split: { train: 0.5, val: 0.1, test: 0.1, seed: 1 } },
      "models_split: the fractions must add up to 1, and give 0.7",
    ],
    [{ draws: "2" }, 'draws: must be one of 1, got "2"'],
    [{ keep: [] }, "keep: must be a list with at least 1 value, got []"],
    [{ keep: "last" }, 'keep: must be "all", a list of epochs, or {every: n}, got "last"'],
    [{ keep: [0, "first"] }, 'keep[1]: must be an epoch from 0 to 65535, or "last", got "first"'],
    [{ keep: [0, -1] }, 'keep[1]: must be an epoch from 0 to 65535, or "last", got -1'],
    [{ keep: [0, 25, 51] }, "keep[2]: is epoch 51, and the last one trained is 50"],
    [{ keep: [5, 5] }, "keep: has an epoch twice"],
    [{ keep: { every: 0 } }, "keep.every: must be at least 1, got 0"],
    [{ keep: { each: 5 } }, "keep.every: is missing"],
    [{ keep: { every: 5, from: 1 } }, 'keep: unknown key "from"; allowed: every'],
    [{ training: { schedule: { type: "cosine" } } }, 'training.schedule.type: must be one of constant, got "cosine"'],
    [
      { training: { augmentation: [{ type: "flip" }] } },
      'training.augmentation: must be a list with at most 0 values, got [{"type":"flip"}]',
    ],
    [{ training: { loss: "mse" } }, 'training: unknown key "loss"; allowed: schedule, augmentation'],
    [{ transforms: [{ size: 28 }] }, "transforms[0].type: is missing"],
    [{ transforms: "resize" }, 'transforms: must be a list, got "resize"'],
    [
      { architecture: ownActivations },
      "grid.activation: is read by no layer of the architecture, so the models would be equal",
    ],
  ])("%j", (change, message) => {
    expect(messageOf({ ...hyp, ...change })).toBe(message);
  });

  test("what is not an object at all", () => {
    expect(messageOf(null)).toBe("must be an object, got null");
    expect(messageOf([])).toBe("must be an object, got []");
  });

  test("a list of a million wrong values costs no more than its first", () => {
    const list = (value: unknown) => Array.from({ length: 1_000_000 }, () => value);
    const before = process.memoryUsage().rss;
    for (const wrong of [-1, "x", {}]) {
      expect(messageOf({ ...hyp, seeds: list(wrong) })).toMatch(/^seeds/);
      expect(messageOf({ ...hyp, keep: list(wrong) })).toMatch(/^keep/);
      expect(messageOf({ ...hyp, transforms: list(wrong) })).toMatch(/^transforms/);
      for (const key of gridOrder) {
        expect(messageOf({ ...hyp, grid: { ...hyp.grid, [key]: list(wrong) } })).toMatch(new RegExp(`^grid.${key}`));
      }
    }
    // 300 MB of lists that come and go; an error object for every item was 1.1 GB.
    expect(process.memoryUsage().rss - before).toBeLessThan(700e6);
  });

  test("momentum where no model has sgd", () => {
    expect(messageOf({ ...seed, fixed: { ...seed.fixed, momentum: 0.9 } })).toBe(
      "fixed.momentum: is of sgd only, and no model has sgd",
    );
  });
});

describe("what a recipe may also say", () => {
  test.each<[change: object]>([
    [{ keep: "all" }],
    [{ keep: [0, 25, "last"] }],
    [{ keep: [50, "last"] }],
    [{ keep: { every: 7 } }],
    [{ training: {} }],
    [{ training: { schedule: { type: "constant" }, augmentation: [] } }],
    [{ transforms: [] }],
    [{ transforms: [{ type: "resize", size: [28, 28] }] }],
    [{ grid: { ...hyp.grid, activation: ["elu", "none"] } }],
  ])("%j", (change) => {
    expect(parseRecipe({ ...hyp, ...change }, "mine.json")).toEqual({ ...hyp, ...change });
  });

  test("no activation where every layer has its own: the models then say none", () => {
    const { activation: _, ...grid } = hyp.grid ?? {};
    const models = [...expand(parseRecipe({ ...hyp, architecture: ownActivations, grid }, "mine.json"))];
    expect(models).toHaveLength(640);
    expect(models.every(({ hyperparameters }) => hyperparameters.activation === "none")).toBe(true);
  });
});

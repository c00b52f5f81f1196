import { MAX_SHARD_MODELS } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { loadRecipe } from "../src/recipe/catalogue.ts";
import { makePlan, planBytes } from "../src/recipe/plan.ts";
import { parseRecipe } from "../src/recipe/recipe.ts";
import { shardModels } from "../src/recipe/shards.ts";
import { type Keep, statesOf } from "../src/recipe/states.ts";
import { checkTransforms } from "../src/recipe/transforms.ts";

const hyp = loadRecipe("mnist-hyp-10-fix");
const seed = loadRecipe("usps-seed");
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("shards", () => {
  test("hold models of equal activation and optimizer, in id order, 64 each", () => {
    const { shards } = makePlan(hyp);
    expect(shards).toHaveLength(40);
    for (const { models } of shards) {
      expect(models.length).toBe(MAX_SHARD_MODELS);
      expect(new Set(models.map(({ hyperparameters: h }) => `${h.activation} ${h.optimizer}`)).size).toBe(1);
      expect(models.map(({ id }) => id)).toEqual(models.map(({ id }) => id).sort((a, b) => a - b));
    }
    expect(new Set([...shards].flatMap(({ models }) => models.map(({ id }) => id))).size).toBe(2560);
  });

  test.each<[D: number, models: number]>([
    [1, 64],
    [2464, 64],
    [250_000, 64],
    [250_001, 63],
    [8_000_000, 2],
    [8_000_001, 1],
    [11_173_962, 1],
    [100_000_000, 1],
  ])("of models with %i weights hold %i: at most 64, at most 64 MB, at least one", (D, models) => {
    expect(shardModels(D)).toBe(models);
  });

  test("of large models are small ones", () => {
    const layers = [{ type: "flatten" }, { type: "linear", out: 10_000 }, { type: "linear", out: 10 }];
    const architecture = { name: "wide", input: [1, 28, 28], classes: 10, layers };
    // 784 * 10,000 + 10,000 + 10 * 10,000 + 10 = 7,950,010 weights: two models are 63.6 MB.
    const { shards } = makePlan(parseRecipe({ ...seed, architecture }, "x"), range(5));
    expect([...shards].map(({ models }) => models.length)).toEqual([2, 2, 1]);
  });

  test("are asked for by index", () => {
    const { shards } = makePlan(seed, range(100));
    expect(shards.get(1).models.map(({ id }) => id)).toEqual([...shards.idsOf(1)]);
    expect([...shards.idsOf(1)]).toEqual(range(100).slice(64));
    expect(() => shards.get(2)).toThrow("the plan has shards 0-1, not 2");
  });
});

describe("a selection", () => {
  test("keeps the ids, seeds and splits of the whole", () => {
    const all = makePlan(seed).models;
    const some = makePlan(seed, [3, 5, 999]).models;
    expect([...some]).toEqual([all.get(3), all.get(5), all.get(999)]);
    expect(some).toHaveLength(3);
  });

  test("must ascend within the recipe", () => {
    expect(() => makePlan(seed, [3, 3])).toThrow("ids must ascend, got 3 after 3");
    expect(() => makePlan(seed, [1000])).toThrow("the recipe has models 0-999, not 1000");
    expect(() => makePlan(seed, [-1])).toThrow("the recipe has models 0-999, not -1");
    expect(() => makePlan(seed, [2 ** 32])).toThrow("the recipe has models 0-999, not 4294967296");
  });
});

describe("the states that are kept", () => {
  test.each<[keep: Keep, epochs: number, states: number[]]>([
    ["all", 3, [0, 1, 2, 3]],
    [[0, 25, "last"], 50, [0, 25, 50]],
    [["last", 0], 50, [0, 50]],
    [[50, "last"], 50, [50]],
    [[7], 50, [7]],
    [{ every: 20 }, 50, [0, 20, 40, 50]],
    [{ every: 25 }, 50, [0, 25, 50]],
    [{ every: 99 }, 50, [0, 50]],
  ])("%j of %i epochs are %j", (keep, epochs, states) => {
    expect(statesOf(keep, epochs)).toEqual(states);
    expect(makePlan(seed, [0], epochs, keep).states).toEqual(states);
  });

  test("are trained epochs", () => {
    expect(() => makePlan({ ...seed, keep: [0, 25, 50] }, [0], 10)).toThrow(
      '--keep has epoch 25, and the last one trained is 10; got "0,25,50"',
    );
  });

  test("stand in the plan's recipe, with its epochs, so that it makes the same plan again", () => {
    const plan = makePlan(seed, [0, 1], 10, { every: 5 });
    expect(plan.recipe).toEqual({ ...seed, epochs: 10, keep: { every: 5 } });
    const again = makePlan(parseRecipe(plan.recipe, "x"), [0, 1]);
    expect([again.epochs, again.states, again.measured]).toEqual([10, [0, 5, 10], range(11)]);
    expect(JSON.stringify(again.recipe)).toBe(JSON.stringify(plan.recipe));
    expect(makePlan(seed).recipe).toEqual(seed);
  });

  test("are what the weights in planBytes are of", () => {
    const [all, some] = ["all" as const, [0, 50]].map((keep) => planBytes(makePlan(seed, undefined, 50, keep), 3).zoo);
    expect(all - some).toBe(49 * 1000 * 2464 * 4);
  });
});

test("a recipe that names transforms names those of the data set", () => {
  const resize = { type: "resize", height: 28, width: 28, method: "pillow-bilinear" };
  checkTransforms(seed, [resize]);
  checkTransforms({ ...seed, transforms: [resize] }, [{ ...resize }]);
  expect(() => checkTransforms({ ...seed, transforms: [] }, [{ type: "grey" }])).toThrow(
    'recipe usps-seed: transforms: must be those of the data set, [{"type":"grey"}], or left out; got []',
  );
});

test("a million models are planned in seconds, and made one at a time", () => {
  const started = performance.now();
  const plan = makePlan(parseRecipe({ ...seed, seeds: { from: 1, count: 1_000_000 } }, "x"));
  expect(plan.models).toHaveLength(1_000_000);
  expect(plan.models.get(999_999).hyperparameters.seed).toBe(1_000_000);
  expect(plan.shards).toHaveLength(15_625);
  // 0.4 s; `npm run bench` measures it, with the memory.
  expect(performance.now() - started).toBeLessThan(10_000);
});

import type { Hyperparameters } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { catalogueNames, loadRecipe } from "../src/recipe/catalogue.ts";
import { expand } from "../src/recipe/expand.ts";
import { configOf } from "../src/recipe/grid.ts";
import { parseRecipe } from "../src/recipe/recipe.ts";
import type { Recipe } from "../src/recipe/schema.ts";

describe("the catalogue", () => {
  test("has the nine zoos of the paper on these data sets, and the one of the quickstart", () => {
    expect(catalogueNames()).toEqual([
      "fashion-mnist-hyp-10-fix",
      "fashion-mnist-hyp-10-rand",
      "fashion-mnist-seed",
      "mnist-10k-seed",
      "mnist-hyp-10-fix",
      "mnist-hyp-10-rand",
      "mnist-seed",
      "usps-hyp-10-fix",
      "usps-hyp-10-rand",
      "usps-seed",
    ]);
  });

  test.each(catalogueNames())("%s has the paper's counts, under its own name", (name) => {
    const recipe = loadRecipe(name);
    const models = [...expand(recipe)];
    expect(recipe.name).toBe(name);
    const expected = name === "mnist-10k-seed" ? 100 : name.endsWith("-seed") ? 1000 : 2560;
    expect(models).toHaveLength(expected);
    expect(name.replace(`${recipe.dataset}-`, "")).toBe(configOf(recipe));
    expect(new Set(models.map(({ hyperparameters }) => JSON.stringify(hyperparameters))).size).toBe(expected);
    const inSplit = (split: string) => models.filter((model) => model.split === split).length;
    expect([inSplit("train"), inSplit("val"), inSplit("test")]).toEqual([0.7, 0.15, 0.15].map((f) => f * expected));
  });

  test("Seed zoos differ in the seed only, 1 to 1000", () => {
    const models = [...expand(loadRecipe("usps-seed"))];
    expect(models.map(({ hyperparameters }) => hyperparameters.seed)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i + 1),
    );
    const { seed: _, ...rest } = models[0].hyperparameters;
    expect(rest).toEqual({
      activation: "tanh",
      init: "uniform",
      dropout: 0,
      optimizer: "adam",
      lr: 3e-4,
      weight_decay: 1e-3,
      momentum: 0,
      batch_size: 10,
    });
  });
});

describe("ids", () => {
  test("count through the grid, activation slowest and the seed fastest", () => {
    const models = [...expand(loadRecipe("mnist-hyp-10-fix"))];
    expect(models.map(({ id }) => id)).toEqual(Array.from({ length: 2560 }, (_, i) => i));
    const at = (id: number) => Object.values(sorted(models[id].hyperparameters)).join(" ");
    expect(at(0)).toBe("tanh uniform 0 adam 0.001 0.001 0 10 1");
    expect(at(1)).toBe("tanh uniform 0 adam 0.001 0.001 0 10 2");
    expect(at(10)).toBe("tanh uniform 0 adam 0.001 0.0001 0 10 1");
    expect(at(20)).toBe("tanh uniform 0 adam 0.0001 0.001 0 10 1");
    expect(at(40)).toBe("tanh uniform 0 sgd 0.001 0.001 0.9 10 1");
    expect(at(80)).toBe("tanh uniform 0.5 adam 0.001 0.001 0 10 1");
    expect(at(160)).toBe("tanh normal 0 adam 0.001 0.001 0 10 1");
    expect(at(640)).toBe("relu uniform 0 adam 0.001 0.001 0 10 1");
    expect(at(2559)).toBe("gelu kaiming_normal 0.5 sgd 0.0001 0.0001 0.9 10 10");
  });

  test("do not depend on the order of keys in the file", () => {
    const recipe = loadRecipe("mnist-hyp-10-fix");
    const grid = Object.fromEntries(Object.entries(recipe.grid ?? {}).reverse());
    expect([...expand(parseRecipe({ ...recipe, grid }, "x"))]).toEqual([...expand(recipe)]);
  });
});

/** A recipe whose numbers are drawn from the streams, as those of all new recipes are. */
function drawing(change: object): Recipe {
  const { draws: _, ...recipe } = loadRecipe("usps-hyp-10-rand");
  return parseRecipe({ ...recipe, ...change }, "x");
}

describe("seeds that are drawn from the streams", () => {
  const one = { activation: "tanh", init: "uniform", dropout: 0, optimizer: "adam", lr: 0.001, weight_decay: 0 };
  const seedsOf = (recipe: Recipe) => [...expand(recipe)].map(({ hyperparameters }) => hyperparameters.seed);

  test("are these, for ever", () => {
    const seeds = seedsOf(drawing({}));
    expect(seeds.slice(0, 5)).toMatchInlineSnapshot(`
      [
        175779,
        455329,
        527056,
        134104,
        905713,
      ]
    `);
    expect(seeds.slice(2550, 2555)).toMatchInlineSnapshot(`
      [
        3207,
        225915,
        222655,
        614176,
        504495,
      ]
    `);
  });

  test("are below 1,000,000, differ within a combination, and spread evenly", () => {
    const seeds = seedsOf(drawing({}));
    for (let c = 0; c < 256; c++) expect(new Set(seeds.slice(10 * c, 10 * c + 10)).size).toBe(10);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 1_000_000)).toBe(true);
    const mean = seeds.reduce((a, b) => a + b, 0) / seeds.length;
    // A standard error of 1e6 / sqrt(12 * 2560) = 5,700; these seeds are fixed.
    expect(Math.abs(mean - 499_999.5)).toBeLessThan(3 * 5_700);
  });

  test("come in every order equally often, all of them where there are as many as can be", () => {
    const fixed = { ...one, lr: undefined };
    const grid = { lr: Array.from({ length: 6000 }, (_, i) => (i + 1) / 1000) };
    const seeds = seedsOf(drawing({ fixed, grid, seeds: { draw: { count: 3, below: 3, drawn_from: 7 } } }));
    const orders = new Map<string, number>();
    for (let c = 0; c < 6000; c++) {
      const order = seeds.slice(3 * c, 3 * c + 3).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(["012", "021", "102", "120", "201", "210"]);
    // 1000 each with a standard deviation of 29; these are fixed.
    for (const times of orders.values()) expect(Math.abs(times - 1000)).toBeLessThan(3 * 29);
  });

  test("are drawn in one pass, however many there are", () => {
    const draw = { count: 1_000_000, below: 1_000_000, drawn_from: 1 };
    const started = performance.now();
    const seeds = new Set(seedsOf(drawing({ fixed: one, grid: undefined, seeds: { draw } })));
    expect(seeds.size).toBe(1_000_000);
    // 2 s on a busy machine; a search through those drawn before would take minutes.
    expect(performance.now() - started).toBeLessThan(20_000);
  }, 60_000);

  test("deal the models into other splits than the first draw did, of the same sizes", () => {
    const [now, first] = [drawing({}), loadRecipe("usps-hyp-10-rand")].map((recipe) =>
      [...expand(recipe)].map(({ split }) => split),
    );
    expect(now).not.toEqual(first);
    expect([...now].sort()).toEqual([...first].sort());
  });
});

describe("seeds of the first draw", () => {
  test("are these, for ever (a change would make other zoos of the same recipes)", () => {
    expect(tenSeeds("mnist-hyp-10-rand", 0)).toMatchInlineSnapshot(`
      [
        171572,
        63359,
        569181,
        91849,
        620978,
        511360,
        434793,
        585874,
        883253,
        152166,
      ]
    `);
    expect(tenSeeds("mnist-hyp-10-rand", 2550)).toMatchInlineSnapshot(`
      [
        347266,
        996264,
        998923,
        688164,
        855821,
        959155,
        841622,
        8285,
        608726,
        39770,
      ]
    `);
    expect(tenSeeds("fashion-mnist-hyp-10-rand", 0)).toMatchInlineSnapshot(`
      [
        867181,
        790300,
        185919,
        521965,
        364589,
        516558,
        40385,
        481383,
        458478,
        150969,
      ]
    `);
    expect(tenSeeds("usps-hyp-10-rand", 0)).toMatchInlineSnapshot(`
      [
        624073,
        833844,
        923339,
        420185,
        2815,
        812889,
        738929,
        970377,
        232340,
        79507,
      ]
    `);
  });

  test("are below 1,000,000, differ within a combination, and spread evenly", () => {
    const seeds = [...expand(loadRecipe("mnist-hyp-10-rand"))].map(({ hyperparameters }) => hyperparameters.seed);
    for (let c = 0; c < 256; c++) expect(new Set(seeds.slice(10 * c, 10 * c + 10)).size).toBe(10);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 1_000_000)).toBe(true);
    const mean = seeds.reduce((a, b) => a + b, 0) / seeds.length;
    // 500,000 with a standard error of 1e6 / sqrt(12 * 2560) = 5,700; these seeds are fixed, worst seen 7,000 off.
    expect(Math.abs(mean - 499_999.5)).toBeLessThan(3 * 5_700);
  });

  test("are all used where there are as many as can be", () => {
    const recipe = parseRecipe(
      { ...loadRecipe("usps-hyp-10-rand"), seeds: { draw: { count: 10, below: 10, drawn_from: 7 } } },
      "x",
    );
    const first = [...expand(recipe)].slice(0, 10).map(({ hyperparameters }) => hyperparameters.seed);
    expect(new Set(first)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });
});

describe("the split of the models", () => {
  test("is this, for ever", () => {
    const splits = [...expand(loadRecipe("usps-seed"))].slice(0, 40).map(({ split }) => split[0]);
    expect(splits.join("")).toMatchInlineSnapshot(`"ttttttttttttttvttttttttttttvttttvttttttt"`);
  });

  test.each([1, 2, 4, 7, 12])("deals %i models completely", (count) => {
    const models = [...expand(parseRecipe({ ...loadRecipe("usps-seed"), seeds: { from: 1, count } }, "x"))];
    expect(models).toHaveLength(count);
    expect(models.some(({ split }) => split === "train")).toBe(true);
  });
});

function tenSeeds(name: string, from: number): number[] {
  const models = [...expand(loadRecipe(name))].slice(from, from + 10);
  return models.map(({ hyperparameters }) => hyperparameters.seed);
}

function sorted(h: Hyperparameters) {
  const { activation, init, dropout, optimizer, lr, weight_decay, momentum, batch_size, seed } = h;
  return { activation, init, dropout, optimizer, lr, weight_decay, momentum, batch_size, seed };
}

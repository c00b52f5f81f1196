import { describe, expect, test } from "vitest";
import { NARROW, type Section, WIDE } from "../../src/report/figure.ts";
import { mapNeighbours, nearAndAll } from "../../src/report/sections/map-neighbours.ts";
import { mapsSection } from "../../src/report/sections/maps-section.ts";
import { reportOf } from "../support/report-zoo.ts";
import { type JsonRow, jsonOf, runAnalysis } from "../support/run-analysis.ts";
import { type SmallZoo, writeSmallZoo } from "../support/small-zoo.ts";

const models = Array.from({ length: 24 }, (_, id) => ({
  activation: id % 2 === 0 ? ("tanh" as const) : ("relu" as const),
  init: id < 12 ? ("normal" as const) : ("uniform" as const),
}));

const figure = ({ figures }: Section, id: string) => {
  const found = figures.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no figure ${id}; there are ${figures.map((one) => one.id).join(", ")}`);
  return found;
};

const sectionOf = async (...zoos: SmallZoo[]): Promise<Section> =>
  await mapsSection(await reportOf(await Promise.all(zoos.map(writeSmallZoo))));

describe("maps", () => {
  test("have the numbers of the command", async () => {
    const path = await writeSmallZoo({ models });
    const section = await mapsSection(await reportOf([path]));
    expect(section.figures.map(({ id }) => id)).toEqual([
      "spectrum",
      "map-accuracy",
      "map-activation",
      "map-init",
      "joint-map",
    ]);
    const run = await runAnalysis(["embed", path, "--preset", "umap", "--points", "1000", "--json", "--seed", "1"]);
    const { tables } = jsonOf(run);
    const { says, table } = figure(section, "spectrum");
    const spectrum = tables["spectrum"];
    expect(table.rows).toHaveLength(spectrum.length);
    for (const [i, row] of table.rows.entries()) expect(row[2]).toBeCloseTo(spectrum[i]["ratio"] as number, 6);
    const [dimension] = tables["dimension"] as [JsonRow];
    for (const name of ["participation_ratio", "twonn", "twonn_low", "twonn_high"]) {
      expect(says).toContain((dimension[name] as number).toPrecision(3));
    }
    const umap = tables["maps"].find(({ map }) => map === "umap") as JsonRow;
    expect(figure(section, "map-accuracy").says).toContain(
      `24 models by UMAP, trustworthiness ${(umap["trustworthiness"] as number).toFixed(3)} of 1`,
    );
  });

  test("draw every model with a link, at both widths, and every path", async () => {
    const section = await sectionOf({ models });
    for (const width of [WIDE, NARROW]) {
      const map = figure(section, "map-accuracy").draw(width);
      for (const id of models.keys()) expect(map).toContain(`data-to="model-${id}"`);
      const paths = figure(section, "joint-map").draw(width);
      const steps = [...paths.matchAll(/<path [^>]*data-t="epoch (\d) to (\d)"/g)].map(([tag, a, b]) => [tag, a, b]);
      expect(steps.map(([tag, a, b]) => [tag.match(/M[-\d.,]+L/g)?.length, a, b])).toEqual([
        [24, "0", "1"],
        [24, "1", "2"],
      ]);
      for (const one of section.figures) expect(one.draw(width)).not.toMatch(/NaN|undefined/);
    }
  });

  test("say how many neighbours have the same value of a hyperparameter", async () => {
    const near = (id: number, epoch: number, d: number): number =>
      (id < 12 ? 1 : -1) * (d + 1) + Math.sin((id + 1) * (d + 1)) / 20 + epoch / 100;
    const weights = ({ id }: { id: number }, epoch: number) =>
      Float32Array.from({ length: 67 }, (_, d) => near(id, epoch, d));
    const section = await sectionOf({ models, weights });
    expect(figure(section, "map-init").says).toBe(
      "100.0 % of the neighbours on the map have the same init; of any two models 47.8 % do.",
    );
    expect(figure(section, "map-init").table.rows).toEqual([
      ["normal", 12, 1, 11 / 23],
      ["uniform", 12, 1, 11 / 23],
    ]);
  });

  test("of two zoos stand side by side, with one scale of accuracy", async () => {
    const section = await sectionOf({ models }, { models: models.slice(0, 8), metrics: () => ({ test_acc: 0.9 }) });
    expect(section.figures.map(({ id, row }) => `${id} ${row}`)).toEqual([
      "a-spectrum spectrum",
      "b-spectrum spectrum",
      "a-map-accuracy map-accuracy",
      "b-map-accuracy map-accuracy",
      "a-map-activation map-activation",
      "b-map-activation map-activation",
      "a-map-init map-init",
      "a-joint-map joint-map",
      "b-joint-map joint-map",
    ]);
    const ends = ["a", "b"].map((key) =>
      figure(section, `${key}-map-accuracy`)
        .draw(WIDE)
        .match(/>([\d.]+ %)</g),
    );
    expect(ends).toEqual([
      [">50.0 %<", ">90.0 %<"],
      [">50.0 %<", ">90.0 %<"],
    ]);
    expect(figure(section, "b-map-accuracy").draw(WIDE)).toContain('data-to="b-model-7"');
  });

  test.each<[string, SmallZoo, string[], string]>([
    ["one model", { models: [{}] }, ["joint-map"], "One model has no spectrum and no map of models."],
    [
      "one epoch",
      { models, states: [0] },
      ["spectrum", "map-accuracy", "map-activation", "map-init"],
      "With one stored epoch there are no paths.",
    ],
    [
      "constant weights",
      { models: models.slice(0, 6), weights: () => new Float32Array(67).fill(1) },
      [],
      "All models have the same weights at epoch 2",
    ],
    [
      "three models",
      { models: models.slice(0, 3) },
      ["spectrum", "joint-map"],
      "A map needs at least 4 models; here are 3.",
    ],
  ])("of %s say what there is none of", async (_, zoo, ids, sentence) => {
    const section = await sectionOf(zoo);
    expect(section.figures.map(({ id }) => id)).toEqual(ids);
    expect(section.paragraphs.join(" ")).toContain(sentence);
    for (const one of section.figures)
      for (const width of [WIDE, NARROW]) expect(one.draw(width)).not.toMatch(/NaN|undefined/);
  });

  test("say how far they are, so that the line of progress moves", async () => {
    const said: [string, number][] = [];
    const progress = (what: string, share: number): number => said.push([what, share]);
    await mapsSection(await reportOf([await writeSmallZoo({ models })], { progress }));
    const sharesOf = (wanted: string) => said.filter(([what]) => what === wanted).map(([, share]) => share);
    expect(sharesOf("maps, map").length).toBeGreaterThan(5);
    expect(sharesOf("maps, paths").at(-1)).toBe(1);
    for (const [, share] of said) expect(share >= 0 && share <= 1).toBe(true);
  });

  test("leave models of far longer weights out of the paths, and say so", async () => {
    const weights = ({ id }: { id: number }, epoch: number) =>
      Float32Array.from({ length: 67 }, (_, d) => (id === 3 ? 1000 : 1) * Math.sin((id + 1) * (d + 1)) + epoch / 10);
    const section = await sectionOf({ models, weights });
    expect(figure(section, "joint-map").table.rows.map(([id]) => id)).toEqual(
      [...models.keys()].filter((id) => id !== 3),
    );
    expect(section.definitions?.join(" ")).toContain("1 model of the sample with weights more than 5 times as long");
  });
});

test("neighbours on a map are the nearest others, the first of equals", () => {
  const { neighbours, k } = mapNeighbours(Float32Array.of(0, 0, 1, 0, 3, 0, -1, 0), 2);
  expect(k).toBe(2);
  expect(Array.from(neighbours)).toEqual([1, 3, 0, 2, 1, 0, 0, 1]);
  const plane = mapNeighbours(Float32Array.of(0, 0, 3, 0, 0, 1, 0, -2), 2).neighbours;
  expect(Array.from(plane)).toEqual([2, 3, 0, 2, 0, 3, 0, 2]);
  expect(nearAndAll({ neighbours, k }, 4, (i, j) => Math.abs(i - j))).toEqual({ near: 14 / 8, all: 20 / 12 });
  expect(nearAndAll(mapNeighbours(Float32Array.of(1, 1)), 1, () => 1)).toEqual({ near: Number.NaN, all: Number.NaN });
});

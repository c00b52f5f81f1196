import { initialWeights, referenceDense } from "@zoo/engine";
import { expect, test } from "vitest";
import { weightsSection } from "../../src/report/sections/weights-section.ts";
import { rankCorrelation } from "../../src/statistics/rank-correlation.ts";
import { modelBands } from "../../src/weights/model-bands.ts";
import { weightStatistics } from "../../src/weights/weight-statistics.ts";
import { weightSurvey } from "../../src/weights/weight-survey.ts";
import { columnOf, faultsOf, figureOf, reportContext } from "../support/report-zoos.ts";
import { smallArchitecture } from "../support/small-zoo.ts";

const ids = ["norm-over-epochs", "weight-distribution", "norm-and-accuracy", "idle-units"];

test("the numbers of the figures are those of the survey and of s(W)", async () => {
  const context = await reportContext([{}]);
  const { selection } = context.zoos[0].analysis;
  const section = await weightsSection(context);
  expect(section.figures.map(({ id }) => id)).toEqual(ids);
  expect(faultsOf(section)).toEqual([]);

  const { norms, parts, E, M } = await weightSurvey(referenceDense, selection, { threshold: 0 });
  const bands = modelBands(norms.l2, E * parts.length);
  const shown = figureOf(section, "norm-over-epochs");
  const layers = parts.flatMap(({ name, kind }, p) => (kind === "tensor" ? [] : [{ name, p }]));
  expect(shown.table.rows.map(([part, , epoch, , , median]) => [part, epoch, median])).toEqual(
    layers.flatMap(({ name, p }) => [0, 1, 2].map((e) => [name, e, bands[e * parts.length + p].q50])),
  );
  // Every epoch is 10 % larger than the first.
  expect(shown.says).toContain("greatest median ratio of last to first norm, 1.2");

  const { data, names } = await weightStatistics(referenceDense, { ...selection, epochs: [0, 2] });
  const medians = modelBands(data, 2 * names.length).map(({ q50 }) => q50);
  const spread = figureOf(section, "weight-distribution");
  for (const [column, statistic] of [
    ["1 %", "q01"],
    ["50 %", "q50"],
    ["99 %", "q99"],
    ["mean", "mean"],
  ]) {
    expect(columnOf(spread, column)).toEqual(
      [0, 1].flatMap((e) =>
        names.flatMap((name, f) => (name.endsWith(`.${statistic}`) ? [medians[e * names.length + f]] : [])),
      ),
    );
  }

  const scatter = figureOf(section, "norm-and-accuracy");
  const last = Array.from({ length: M }, (_, m) => norms.l2[(m * E + E - 1) * parts.length]);
  expect(columnOf(scatter, "l2")).toEqual(last);
  const rho = rankCorrelation(last, columnOf(scatter, "test_acc") as number[]);
  expect(scatter.says).toContain(`over 6 models is ${rho.toFixed(2)} (95 % interval`);
});

test("units that do nothing are shares by activation, and only of activations that saturate", async () => {
  const section = await weightsSection(
    await reportContext([
      {
        models: [{}, {}, { activation: "relu" }, { activation: "relu" }],
        weights: (model) => {
          const weights = initialWeights(smallArchitecture, model);
          // A bias of channel 0 that saturates one tanh and kills one relu.
          if (model.id % 2 === 0) weights[8] = model.activation === "tanh" ? 50 : -50;
          return weights;
        },
      },
    ]),
  );
  const figure = figureOf(section, "idle-units");
  expect(figure.table.rows).toEqual([
    ["tanh", 2, "layers.1", 2, 0, 1 / 4, 1 / 4],
    ["relu", 2, "layers.1", 2, 1 / 4, 1 / 4, Number.NaN],
  ]);
  expect(figure.says).toContain("On 6 test images, at epoch 2");
  expect(figure.says).toContain("are saturated in layers.1 with tanh: 25.0 %");
  expect(faultsOf(section)).toEqual([]);
});

test("without images there are no idle units, and the section says so", async () => {
  const section = await weightsSection(await reportContext([{ images: false }]));
  expect(section.figures.map(({ id }) => id)).toEqual(ids.slice(0, 3));
  expect(section.definitions?.join("\n")).toContain("Idle units were not measured: no images here.");
});

test("two zoos stand side by side, and one that has a wide range makes the axes of both logarithmic", async () => {
  const extreme = (model: { id: number }, epoch: number): Float32Array =>
    new Float32Array(67).fill(10 ** (model.id - 2) * (1 + epoch));
  const context = await reportContext([{}, { weights: extreme, images: false }]);
  const section = await weightsSection(context);
  expect(section.figures.map(({ id }) => id)).toEqual([
    ...ids.slice(0, 3).flatMap((id) => [`a-${id}`, `b-${id}`]),
    "a-idle-units",
  ]);
  expect(section.figures.map(({ row }) => row)).toEqual([...ids.slice(0, 3).flatMap((id) => [id, id]), ids[3]]);
  expect(faultsOf(section)).toEqual([]);
  for (const id of ["a-norm-and-accuracy", "b-norm-and-accuracy"]) {
    expect(figureOf(section, id).draw(720)).toContain("log scale");
  }
  expect(figureOf(await weightsSection(await reportContext([{}])), "norm-and-accuracy").draw(720)).not.toContain("log");
  expect(figureOf(section, "b-norm-over-epochs").command).toBe("zoo-analysis weights folder-1");
});

test("one model, one stored epoch, and weights that are all equal or zero are drawn without undefined numbers", async () => {
  const cases = [
    { models: [{}] },
    { states: [2] },
    { models: [{}], states: [0] },
    { weights: () => new Float32Array(67) },
    { weights: () => new Float32Array(67).fill(1) },
  ];
  for (const parts of cases) {
    const section = await weightsSection(await reportContext([parts]));
    expect(section.figures.map(({ id }) => id)).toEqual(ids);
    expect(faultsOf(section)).toEqual([]);
  }
  const [alone] = cases;
  const scatter = figureOf(await weightsSection(await reportContext([alone])), "norm-and-accuracy");
  expect(scatter.says).toContain(
    "no rank correlation of L2 norm of the network and test accuracy is defined over 1 model",
  );
});

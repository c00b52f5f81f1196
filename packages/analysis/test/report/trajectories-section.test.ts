import { initialWeights, referenceDense } from "@zoo/engine";
import type { ModelFields } from "@zoo/format/node";
import { expect, test } from "vitest";
import { trajectoriesSection } from "../../src/report/sections/trajectories-section.ts";
import { checkpointClusters } from "../../src/trajectories/checkpoint-clusters.ts";
import { trajectoryShape } from "../../src/trajectories/trajectory-shape.ts";
import { trajectorySteps } from "../../src/trajectories/trajectory-steps.ts";
import { trajectoryBands } from "../../src/trajectories/trajectory-tables.ts";
import { withinBetween } from "../../src/trajectories/within-between.ts";
import { columnOf, faultsOf, figureOf, reportContext } from "../support/report-zoos.ts";
import { smallArchitecture } from "../support/small-zoo.ts";

const ids = [
  "step-length",
  "turning-angle",
  "distance-from-start",
  "straightness-and-accuracy",
  "within-between",
  "checkpoint-tree",
];

/** Steps that bend: the e-th goes along the e-th axes, and is longer for later models. */
const bent = (model: ModelFields, epoch: number): Float32Array => {
  const weights = initialWeights(smallArchitecture, model);
  for (let e = 1; e <= epoch; e++) weights[e] += (1 + model.id / 10) / e;
  for (let e = 1; e <= epoch; e++) weights[40] += 0.2 * model.id;
  return weights;
};
const states = [0, 1, 2, 4];

test("the numbers of the figures are those of the trajectories", async () => {
  const context = await reportContext([{ weights: bent, states }]);
  const { selection } = context.zoos[0].analysis;
  const section = await trajectoriesSection(context);
  expect(section?.figures.map(({ id }) => id)).toEqual(ids);
  expect(section === null ? ["none"] : faultsOf(section)).toEqual([]);

  const steps = await trajectorySteps(selection);
  const shape = trajectoryShape(steps);
  const bands = trajectoryBands(steps, shape);
  const medianOf = (id: string): unknown[] => columnOf(figureOf(section, id), "median");
  expect(medianOf("step-length")).toEqual(bands.lengthPerEpoch.map(([{ q50 }]) => q50));
  expect(columnOf(figureOf(section, "step-length"), "epoch")).toEqual([1, 2, 4]);
  expect(figureOf(section, "step-length").howToRead).toContain("divided by the epochs between stored states");
  expect(medianOf("turning-angle")).toEqual(bands.angle.map(([{ q50 }]) => (q50 * 180) / Math.PI));
  expect(columnOf(figureOf(section, "turning-angle"), "epoch")).toEqual([1, 2]);
  expect(medianOf("distance-from-start")).toEqual(bands.fromStart.map(([{ q50 }]) => q50));
  expect(columnOf(figureOf(section, "straightness-and-accuracy"), "straightness")).toEqual(
    [...shape.straightness].filter((_, i) => i % steps.P === 0),
  );

  const { ratio, ratioInterval } = await withinBetween(referenceDense, selection, { seed: 1 });
  const text = (value: number): string => String(Number(value.toPrecision(4)));
  const says = figureOf(section, "within-between").says;
  expect(says).toContain(
    `the ratio of the means is ${text(ratio)} (95 % interval ${text(ratioInterval.low)} to ${text(ratioInterval.high)})`,
  );
  expect(says).toContain("6 of 6 models are farther");
  const counted = columnOf(figureOf(section, "within-between"), "count") as number[];
  expect(counted.reduce((a, b) => a + b)).toBe(6 + 15);
});

test("the tree of checkpoints is that of the clusters, in runs of one model", async () => {
  const context = await reportContext([{ weights: bent, states }]);
  const figure = figureOf(await trajectoriesSection(context), "checkpoint-tree");
  const { selection } = context.zoos[0].analysis;
  const clusters = await checkpointClusters(referenceDense, selection, "average");
  if (clusters === null) throw new Error("these states can be clustered");
  const { purity, adjustedRand, tree, models } = clusters;
  expect([purity, adjustedRand]).toEqual([1, 1]);
  expect(figure.says).toContain("Cut into 6 clusters, the 24 checkpoints of 6 models have a purity of 1.00");
  expect(columnOf(figure, "model")).toEqual([...new Set(Array.from(tree.order, (item) => models[item]))]);
  expect(columnOf(figure, "checkpoints")).toEqual([4, 4, 4, 4, 4, 4]);
  // Each of six models has its colour below three brackets of its own; five brackets join models.
  const drawn = figure.draw(720);
  expect(drawn.match(/<path[^>]*stroke="var\(--c0\)"/g)?.length).toBe(3);
  expect(drawn.match(/data-t="model /g)?.length).toBe(24);
});

test("two zoos stand side by side; one with a single stored epoch has no figures, and the section says so", async () => {
  const both = await trajectoriesSection(await reportContext([{ weights: bent, states }, {}]));
  expect(both?.figures.map(({ id }) => id)).toEqual(ids.flatMap((id) => [`a-${id}`, `b-${id}`]));
  expect(both?.figures.map(({ row }) => row)).toEqual(ids.flatMap((id) => [id, id]));
  expect(both === null ? ["none"] : faultsOf(both)).toEqual([]);
  const one = await trajectoriesSection(await reportContext([{ weights: bent, states }, { states: [3] }]));
  expect(one?.figures.map(({ id }) => id)).toEqual(ids.map((id) => `a-${id}`));
  expect(one?.paragraphs.at(-1)).toBe("zoo-1: One stored epoch makes no trajectory.");
});

test("with a single stored epoch there is no section", async () => {
  expect(await trajectoriesSection(await reportContext([{ states: [3] }]))).toBeNull();
});

test("one model has no distances to others, two epochs no angles, and models that do not move no straightness", async () => {
  const idsOf = async (parts: object): Promise<string[]> => {
    const section = await trajectoriesSection(await reportContext([parts]));
    expect(section === null ? ["none"] : faultsOf(section)).toEqual([]);
    return section?.figures.map(({ id }) => id) ?? [];
  };
  expect(await idsOf({ models: [{}] })).toEqual(ids.slice(0, 4));
  expect(await idsOf({ states: [0, 1] })).toEqual(ids.filter((id) => id !== "turning-angle"));
  expect(await idsOf({ weights: (model: ModelFields) => initialWeights(smallArchitecture, model) })).toEqual(ids);
  expect(await idsOf({ weights: () => new Float32Array(67) })).toEqual(ids);
});

test("steps of very different lengths are drawn on a logarithmic scale", async () => {
  const far = (model: ModelFields, epoch: number): Float32Array =>
    initialWeights(smallArchitecture, model).map((w) => w * (1 + epoch * 10 ** (model.id - 3)));
  const section = await trajectoriesSection(await reportContext([{ weights: far }]));
  expect(section === null ? ["none"] : faultsOf(section)).toEqual([]);
  expect(figureOf(section, "step-length").draw(720)).toContain("L2 length per epoch, log scale");
});

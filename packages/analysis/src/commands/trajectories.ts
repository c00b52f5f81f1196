import { misuse, oneOf, wholeNumber } from "@zoo/cli";
import { type MetricName, type ModelRow, metricNames } from "@zoo/format";
import type { AnalysisCommand } from "../cli/analysis-command.ts";
import type { Analysis } from "../node/analysis.ts";
import { lastAccuracy } from "../population/last-accuracy.ts";
import { modelIds } from "../results/model-arrays.ts";
import type { ResultArray, ResultTable } from "../results/result.ts";
import { type ModelQuantity, relationTable } from "../statistics/relation-table.ts";
import { evenSample, randomSample } from "../statistics/samples.ts";
import { checkpointClusters } from "../trajectories/checkpoint-clusters.ts";
import { type Linkage, linkages, MAX_CLUSTER_ITEMS } from "../trajectories/cluster-tree.ts";
import { clusterTables, seriesTable, withinBetweenTables } from "../trajectories/distance-tables.ts";
import { seriesShape } from "../trajectories/loss-along.ts";
import { type TrajectoryShape, trajectoryShape } from "../trajectories/trajectory-shape.ts";
import { type TrajectorySteps, trajectorySteps } from "../trajectories/trajectory-steps.ts";
import {
  bandsTable,
  memoryTables,
  shapeTable,
  stepsTable,
  trajectoryBands,
} from "../trajectories/trajectory-tables.ts";
import { withinBetween } from "../trajectories/within-between.ts";

interface TrajectoriesOptions {
  lags: number;
  sampleModels: number;
  clusterModels: number;
  clusterEpochs: number;
  linkage: Linkage;
  metric: MetricName;
}

export const trajectoriesCommand: AnalysisCommand<TrajectoriesOptions> = {
  name: "trajectories",
  description: "steps, angles, straightness, curvature; within against between; clusters of checkpoints",
  options: (command) =>
    command
      .option("--lags <n>", "steps back that a step is compared with", wholeNumber("--lags", 1, 64), 5)
      .option("--sample-models <n>", "models whose distances are measured", wholeNumber("--sample-models", 2, 5000), 50)
      .option("--cluster-models <n>", "models whose states are clustered", wholeNumber("--cluster-models", 2, 400), 20)
      .option("--cluster-epochs <n>", "epochs of them, evenly spaced", wholeNumber("--cluster-epochs", 1, 400), 8)
      .option("--linkage <name>", linkages.join(", "), oneOf("--linkage", linkages), "average")
      .option("--metric <name>", "the loss along training", oneOf("--metric", metricNames), "test_loss"),
  run: async (analysis, options) => {
    const { selection, seed, signal } = analysis;
    const { models, epochs } = selection;
    if (epochs.length < 2) {
      throw misuse("--epochs", "must leave two stored epochs or more: a trajectory has steps", epochs.join(", "));
    }
    const clustered = Math.min(models.length, options.clusterModels) * Math.min(epochs.length, options.clusterEpochs);
    if (clustered > MAX_CLUSTER_ITEMS) {
      const rule = `times --cluster-epochs must be at most ${MAX_CLUSTER_ITEMS} states, not ${clustered}`;
      throw misuse("--cluster-models", rule, String(options.clusterModels));
    }
    const states = models.length * epochs.length;
    let followed = 0;
    const steps = await trajectorySteps(selection, {
      lags: options.lags,
      signal,
      onStates: (count) => {
        followed += count;
        analysis.progress("steps", followed / states);
      },
    });
    const shape = trajectoryShape(steps);
    const bands = trajectoryBands(steps, shape);
    const distances = await distanceTables(analysis, options);
    return {
      kind: "trajectories",
      parameters: { ...chosen(options), seed, epochs: [...epochs] },
      definitions: [
        `${models.length} models; ${selection.excluded.length} with a weight or loss that is not finite are left out.`,
        `A step joins consecutive stored epochs (${epochs.length} from ${epochs[0]} to ${epochs[epochs.length - 1]}); ` +
          "fewer stored epochs make longer steps and shorter, straighter paths. per_epoch divides by the epochs between them.",
        "Turn: angle between consecutive steps. Curvature: sum of angles / path; along the way angle / mean length of the two steps.",
        "Roughness: sum |step' - step|² / sum (|step|² + |step'|²). Straightness: net distance / path.",
        "Relations: Spearman's rank correlation over models with test accuracy; 95 % of 500 bootstraps over models.",
        ...distances.definitions,
        lossDefinition(analysis, options.metric),
      ],
      tables: [
        stepsTable(steps, bands),
        shapeTable(steps, shape, seed),
        relationTable(wholeShapes(shape, steps.P), ...(await lastAccuracy(selection)), seed),
        ...distances.tables,
        await lossTable(analysis, options.metric),
        ...memoryTables(steps, shape),
        bandsTable(steps, bands),
      ],
      arrays: arraysOf(steps, shape, models),
    };
  },
};

/** What each whole trajectory is like. */
function wholeShapes(shape: TrajectoryShape, P: number): ModelQuantity[] {
  const whole = (name: string, values: Float64Array): ModelQuantity => ({
    name,
    part: "all",
    values: values.filter((_, i) => i % P === 0),
  });
  return [
    whole("path", shape.pathLength),
    whole("straightness", shape.straightness),
    whole("turn", shape.meanAngle),
    whole("curvature", shape.meanCurvature),
    whole("roughness", shape.roughness),
  ];
}

function chosen({ lags, sampleModels, clusterModels, clusterEpochs, linkage, metric }: TrajectoriesOptions) {
  return {
    lags,
    sample_models: sampleModels,
    cluster_models: clusterModels,
    cluster_epochs: clusterEpochs,
    linkage,
    metric,
  };
}

async function distanceTables(
  analysis: Analysis,
  { sampleModels, clusterModels, clusterEpochs, linkage }: TrajectoriesOptions,
): Promise<{ tables: ResultTable[]; definitions: string[] }> {
  const { selection, seed, signal } = analysis;
  const { epochs } = selection;
  const { dense } = await analysis.executor();
  const sampled = { ...selection, models: randomSample(selection.models, sampleModels, seed) };
  const all = 2 * sampled.models.length * epochs.length;
  let done = 0;
  const distances = await withinBetween(dense, sampled, {
    seed,
    signal,
    onState: (count) => {
      done += count;
      analysis.progress("distances", done / all);
    },
  });
  const starts = new Set(sampled.models.map((model) => `${model.init} ${model.seed}`)).size;
  const part = {
    ...selection,
    models: randomSample(selection.models, clusterModels, seed),
    epochs: evenSample(epochs, clusterEpochs),
  };
  const clusters = await checkpointClusters(dense, part, linkage, { signal });
  return {
    tables: [...withinBetweenTables(distances, epochs), ...(clusters === null ? [] : clusterTables(clusters))],
    definitions: [
      `Distances: ${sampled.models.length} models at random (seed ${seed}), all ${epochs.length} epochs, ${starts} starts (init and seed); raw weights, no alignment. ` +
        "Interval: 2.5 and 97.5 % of bootstraps over models.",
      clusters === null
        ? "No clusters: a distance of two of the states is not finite."
        : `Clusters: ${part.models.length} models at random (seed ${seed}) at epochs ${part.epochs.join(", ")}, ${linkage} linkage, cut into as many clusters as models.`,
    ],
  };
}

async function lossTable({ selection, zoo }: Analysis, metric: MetricName): Promise<ResultTable> {
  const metrics = await zoo.metrics();
  const measured = measuredWithin(zoo.measured, selection.epochs);
  const series = Float64Array.from({ length: selection.models.length * measured.length }, (_, i) =>
    metrics.value(selection.models[Math.floor(i / measured.length)].id, measured[i % measured.length], metric),
  );
  return seriesTable(metric, seriesShape(series, measured.length));
}

function lossDefinition({ selection, zoo }: Analysis, metric: MetricName): string {
  const measured = measuredWithin(zoo.measured, selection.epochs);
  const running = metric.startsWith("train_") ? ", running means while the weights changed" : "";
  return `${metric}: ${measured.length} measured epochs${running}. Monotonicity: (first - last) / sum of |changes|.`;
}

/** Measured epochs from the first to the last of the selection; more may be measured than are stored. */
function measuredWithin(measured: readonly number[], epochs: readonly number[]): number[] {
  return measured.filter((epoch) => epoch >= epochs[0] && epoch <= epochs[epochs.length - 1]);
}

function arraysOf(steps: TrajectorySteps, shape: TrajectoryShape, models: readonly ModelRow[]): ResultArray[] {
  const { M, E, P } = steps;
  const array = (name: string, data: Float64Array, places: number, axis: string, description: string): ResultArray => ({
    name,
    dtype: "F64",
    data,
    shape: [M, places, P],
    axes: ["model", axis, "part"],
    description: `${description}; the network, then each layer`,
  });
  return [
    array("step_length", steps.lengths, E - 1, "step", "L2 length of each step"),
    array("from_start", steps.fromStart, E, "epoch", "L2 distance from the first state"),
    array("to_end", steps.toEnd, E, "epoch", "L2 distance to the last state"),
    ...(E < 3 ? [] : [array("angle", shape.angles, E - 2, "turn", "turning angles in radians")]),
    ...(E < 3 ? [] : [array("curvature", shape.curvature, E - 2, "turn", "turning angle / mean length of its steps")]),
    modelIds("models", models, "ids of the models"),
  ];
}

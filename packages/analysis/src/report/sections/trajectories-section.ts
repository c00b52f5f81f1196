import { count } from "@zoo/cli";
import { modelBand } from "../../weights/model-bands.ts";
import type { Figure, Section } from "../figure.ts";
import { MOST_POINTS, type ModelScatter, modelColors } from "../model-scatter.ts";
import { numberText } from "../number-scale.ts";
import { literal } from "../prose.ts";
import type { ReportContext } from "../report-context.ts";
import { accuracyScatterFigure, accuracyScatters, type ModelNumbers } from "./accuracy-scatter.ts";
import { type CheckpointTree, checkpointTree, checkpointTreeFigure } from "./checkpoint-tree-figure.ts";
import { type Followed, follow, fromStartFigure, stepLengthFigure, turningAngleFigure } from "./step-figures.ts";
import { type Apart, distancesApart, withinBetweenFigure } from "./within-between-figure.ts";

/** How models move through weight space; null where no zoo has two stored epochs. */
export async function trajectoriesSection({ zoos, signal }: ReportContext): Promise<Section | null> {
  const followed: Followed[] = [];
  const apart: Apart[] = [];
  const trees: CheckpointTree[] = [];
  const still = zoos.filter(({ analysis }) => analysis.selection.epochs.length < 2);
  for (const from of zoos.filter((zoo) => !still.includes(zoo))) {
    signal.throwIfAborted();
    followed.push(await follow(from));
    if (from.analysis.selection.models.length < 2) continue;
    apart.push(await distancesApart(from));
    const tree = await checkpointTree(from);
    if (tree !== null) trees.push(tree);
  }
  if (followed.length === 0) return null;
  const scatters = await straightnessScatters(followed);
  const name = (zoo: { name: string }): string => (zoos.length === 1 ? "" : `${literal(zoo.name)}: `);
  return {
    id: "trajectories",
    title: "Trajectories",
    paragraphs: [
      ...followed.map((one, i) => {
        const { M, epochs } = one.steps;
        const path = modelBand(wholeOf(one, "pathLength")).q50;
        const straight = modelBand(scatters[i].x).q50;
        return `${name(one.from)}From epoch ${epochs[0]} to ${epochs[epochs.length - 1]} the median of ${count(M)} models travels a path of length ${numberText(path)} in weight space; the median straightness, the distance of its ends over the path length, is ${numberText(straight)}.`;
      }),
      ...still.map((zoo) => `${name(zoo)}One stored epoch makes no trajectory.`),
    ],
    figures: [
      ...followed.map((one) => stepLengthFigure(one, followed)),
      ...followed.flatMap((one) => turningAngleFigure(one, followed)),
      ...followed.map((one) => fromStartFigure(one, followed)),
      ...scatters.map(straightnessFigure),
      ...apart.map((one) => withinBetweenFigure(one, apart)),
      ...trees.map((one) => checkpointTreeFigure(one, trees)),
    ],
    definitions: definitions(followed, apart, trees, scatters, name),
  };
}

function definitions(
  followed: readonly Followed[],
  apart: readonly Apart[],
  trees: readonly CheckpointTree[],
  scatters: readonly ModelScatter[],
  name: (zoo: { name: string }) => string,
): string[] {
  return [
    "A step joins consecutive stored epochs of the whole network. Fewer stored epochs make longer steps and shorter, straighter paths. Bands are quantiles over models.",
    "Distances are L2 between weights as they are stored, without alignment: a permutation of hidden units counts as distance.",
    ...followed.map(
      ({ from, steps: { epochs } }) =>
        `${name(from)}${epochs.length} stored epochs from ${epochs[0]} to ${epochs[epochs.length - 1]}.`,
    ),
    ...apart.map(
      ({ from, models, starts }) =>
        `${name(from)}Within: mean over pairs of states of a model; between: mean over epochs of the distance of two models; ${models} models at random (seed ${from.analysis.seed}) with ${starts} different starts (init and seed). The interval is of bootstraps over models.`,
    ),
    ...trees.map(
      ({ from, models, epochs }) =>
        `${name(from)}Clusters: average linkage of ${models} models at random (seed ${from.analysis.seed}) at epochs ${epochs.join(", ")}. Purity: share of checkpoints of the commonest model of their cluster; adjusted Rand index: 1 equal, 0 by chance.`,
    ),
    "Rank correlation: Spearman's, over models; 95 % interval of 500 bootstraps over models.",
    ...(scatters.some(({ x }) => x.length > MOST_POINTS)
      ? [`Scatters show ${MOST_POINTS} models, evenly spaced by id; correlations are over all.`]
      : []),
  ];
}

/** [M]: of whole networks. */
const wholeOf = ({ steps: { P }, shape }: Followed, name: "straightness" | "pathLength"): Float64Array =>
  shape[name].filter((_, i) => i % P === 0);

const straightnessOf = (one: Followed): ModelNumbers => {
  const { from } = one;
  const x = wholeOf(one, "straightness");
  const length = { name: "path length", values: wholeOf(one, "pathLength") };
  return { from, x, colors: modelColors(from.analysis.selection.models, x, length) };
};

const straightnessScatters = async (all: readonly Followed[]): Promise<ModelScatter[]> =>
  await accuracyScatters(all.map(straightnessOf), { label: "straightness", column: "straightness", linear: true });

const straightnessFigure = (scatter: ModelScatter): Figure =>
  accuracyScatterFigure(scatter, {
    what: "Straightness",
    command: "trajectories",
    howToRead: `Straightness is the distance of first and last state over the length of the path between: 1 is a straight line; ${scatter.colors.kinds ? `the colour is ${scatter.colors.name}, the hyperparameter that explains most of the differences in straightness` : `the colour is the rank in ${scatter.colors.name}`}.`,
  });

import * as Plot from "@observablehq/plot";
import { count } from "@zoo/cli";
import { whole, word } from "../../results/columns.ts";
import { evenSample, randomSample } from "../../statistics/samples.ts";
import { type CheckpointClusters, checkpointClusters } from "../../trajectories/checkpoint-clusters.ts";
import { type Bracket, brackets } from "../../trajectories/cluster-tree.ts";
import { chart, isNarrow } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { scaleOf, spanOf } from "../number-scale.ts";
import { category } from "../palette.ts";
import { idFor, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";

/** Clustered states of a few models. */
export interface CheckpointTree {
  from: ReportZoo;
  models: number;
  epochs: readonly number[];
  clusters: CheckpointClusters;
}

/** As many as there are colours. */
const MODELS = 7;
const EPOCHS = 8;
const MARGIN = 48;
const DIGIT = 7.5;

/** Null where distances are not finite, so that nothing can be clustered. */
export async function checkpointTree(from: ReportZoo): Promise<CheckpointTree | null> {
  const { selection, seed, signal } = from.analysis;
  const part = {
    ...selection,
    models: randomSample(selection.models, MODELS, seed),
    epochs: evenSample(selection.epochs, EPOCHS),
  };
  const { dense } = await from.analysis.executor();
  const clusters = await checkpointClusters(dense, part, "average", { signal });
  return clusters && { from, models: part.models.length, epochs: part.epochs, clusters };
}

/** Model of all states below each merge; null where they are of several. */
function ownersOf({ tree, models }: CheckpointClusters): (number | null)[] {
  const owners: (number | null)[] = [...models];
  for (const { left, right } of tree.merges) owners.push(owners[left] === owners[right] ? owners[left] : null);
  return owners.slice(models.length);
}

interface Point {
  bracket: number;
  x: number;
  y: number;
  color: string;
}

/** Neighbouring leaves of one model. */
interface Run {
  model: number;
  first: number;
  size: number;
}

function runsOf({ tree, models }: CheckpointClusters): Run[] {
  const runs: Run[] = [];
  for (const [place, item] of tree.order.entries()) {
    const last = runs.at(-1);
    if (last?.model === models[item]) last.size++;
    else runs.push({ model: models[item], first: place, size: 1 });
  }
  return runs;
}

export function checkpointTreeFigure(one: CheckpointTree, all: readonly CheckpointTree[]): Figure {
  const { from, models, epochs, clusters } = one;
  const { selection, seed } = from.analysis;
  const { tree, purity, adjustedRand } = clusters;
  const ids = [...new Set(clusters.models)];
  const colorOf = (model: number): string => category(ids.indexOf(model));
  const span = spanOf(all.flatMap((other) => other.clusters.tree.merges.map(({ height }) => height)));
  const floor = span.log ? span.low : 0;
  const scale = span.log ? span : { ...span, low: 0 };
  const id = idFor(from, "checkpoint-tree");
  const runs = runsOf(clusters);
  const which =
    models === selection.models.length ? count(models) : `${count(models)} of ${count(selection.models.length)}`;
  return {
    id,
    row: "checkpoint-tree",
    title: titleFor(from, "Which checkpoints belong together"),
    says: `Cut into ${count(models)} clusters, the ${count(clusters.models.length)} checkpoints of ${which} models have a purity of ${purity.toFixed(2)} and an adjusted Rand index of ${adjustedRand.toFixed(2)} with the models${purity === 1 ? ": every cluster is one trajectory" : ""}.`,
    howToRead:
      "A dot is a checkpoint, a bracket joins two clusters at the mean L2 distance of their checkpoints; a bracket has the colour of a model as long as all below it are of that model.",
    command: `zoo-analysis trajectories ${from.folder} --cluster-models ${MODELS} --cluster-epochs ${EPOCHS} --seed ${seed}`,
    table: {
      name: tableName(id),
      caption: `Neighbouring checkpoints of one model, from left to right; epochs ${epochs.join(", ")}.`,
      columns: [
        whole("model", "Id"),
        whole("checkpoints", "Neighbours of this model"),
        word("epochs", "In their order"),
        word("cluster", "Their clusters"),
      ],
      rows: runs.map(({ model, first, size }) => {
        const items = [...tree.order.subarray(first, first + size)];
        const own = [...new Set(items.map((item) => clusters.clusters[item]))];
        return [model, size, items.map((item) => clusters.epochs[item]).join(" "), own.join(" ")];
      }),
    },
    draw: (width) => {
      const owners = ownersOf(clusters);
      const lines = brackets(tree).flatMap((bracket, i) => {
        const owner = owners[i];
        return pointsOf(bracket, i, owner === null ? "currentColor" : colorOf(owner), floor);
      });
      const leaves = Array.from(tree.order, (item, place) => ({
        place,
        model: clusters.models[item],
        epoch: clusters.epochs[item],
      }));
      const each = (width - MARGIN - 12) / leaves.length;
      const named = runs.filter(({ model, size }) => size * each >= String(model).length * DIGIT + 4);
      return chart({
        width,
        height: isNarrow(width) ? 280 : 340,
        marginLeft: MARGIN,
        marginBottom: 44,
        x: { domain: [-0.5, leaves.length - 0.5], axis: null },
        y: { ...scaleOf(scale, 6), label: `mean L2 distance${span.log ? ", log scale" : ""}`, grid: true },
        legend: ids.map((model, i) => ({
          label: i === 0 ? `model ${model}` : String(model),
          color: colorOf(model),
          mark: "dot",
        })),
        marks: [
          Plot.line(lines, {
            x: "x",
            y: "y",
            z: "bracket",
            stroke: "color",
            strokeWidth: 1.25,
            strokeLinejoin: "miter",
          }),
          Plot.dot(leaves, {
            x: "place",
            y: () => floor,
            r: isNarrow(width) ? 2.25 : 3.5,
            fill: ({ model }: { model: number }) => colorOf(model),
            title: ({ model, epoch }: { model: number; epoch: number }) => tip(`model ${model}, epoch ${epoch}`),
          }),
          Plot.text(named, {
            x: ({ first, size }: Run) => first + (size - 1) / 2,
            text: ({ model }: Run) => String(model),
            frameAnchor: "bottom",
            dy: 18,
          }),
          Plot.text(["checkpoints, by model"], { frameAnchor: "bottom", dy: 36 }),
        ],
      });
    },
  };
}

function pointsOf(
  { leftX, leftHeight, rightX, rightHeight, height }: Bracket,
  bracket: number,
  color: string,
  floor: number,
): Point[] {
  return [
    { x: leftX, y: Math.max(floor, leftHeight) },
    { x: leftX, y: Math.max(floor, height) },
    { x: rightX, y: Math.max(floor, height) },
    { x: rightX, y: Math.max(floor, rightHeight) },
  ].map((point) => ({ ...point, bracket, color }));
}

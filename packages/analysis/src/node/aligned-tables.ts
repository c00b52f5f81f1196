import type { ModelRow } from "@zoo/format";
import { number, whole, word } from "../results/columns.ts";
import type { ResultColumn, ResultTable } from "../results/result.ts";
import type { Aligners } from "../weight-space/aligners.ts";
import { nearestOfMatrix } from "../weight-space/nearest-network.ts";

export type Row = (number | string)[];

/** Distances of all pairs of M models by epoch, part and metric, before and after alignment. */
export function alignedTable(M: number, rows: Row[]): ResultTable {
  return {
    name: "aligned_distances",
    caption: `Distances between the weights of ${M} models, over all pairs, before and after alignment`,
    columns: [
      whole("epoch", "Of the weights."),
      word("part", "all, the path of a layer, or the name of a tensor."),
      word("metric", "l2 or cosine_distance."),
      ...["raw", "aligned"].flatMap(sideColumns),
      number("ratio", "Mean after alignment over mean before."),
      whole("pairs", "Pairs with a number."),
    ],
    rows,
  };
}

/** Of each model its nearest other one at an epoch, from distances [M, M]. */
export function nearestRows(
  epoch: number,
  models: readonly ModelRow[],
  raw: Float64Array,
  aligned: Float64Array,
): Row[] {
  const [before, after] = [raw, aligned].map((matrix) => nearestOfMatrix(matrix, models.length));
  const idAt = (i: number): number => (i === -1 ? -1 : models[i].id);
  return models.map(({ id }, i) => [
    epoch,
    id,
    idAt(before.index[i]),
    before.distance[i],
    idAt(after.index[i]),
    after.distance[i],
  ]);
}

export function nearestTable(rows: Row[]): ResultTable {
  return {
    name: "nearest_models",
    caption: "The nearest other model of each, before and after alignment",
    long: true,
    columns: [
      whole("epoch", "Of the weights."),
      whole("id", "Of the model."),
      whole("nearest", "Id of the model at the least L2 distance, -1 where there is none."),
      number("distance", "L2 distance to it."),
      whole("aligned_nearest", "Id of the model at the least aligned L2 distance."),
      number("aligned_distance", "Aligned L2 distance to it."),
    ],
    rows,
  };
}

function sideColumns(side: string): ResultColumn[] {
  return [
    number(`${side}_mean`, "Mean over pairs of models."),
    number(`${side}_low`, "Lower end of the 95 % interval of the mean, by resampling models."),
    number(`${side}_high`, "Upper end of it."),
    number(`${side}_median`, "Median."),
  ];
}

/** What aligned distances depend on, as a sentence. of: models that these were drawn from. */
export function alignmentDefinition(
  aligners: Aligners,
  models: readonly ModelRow[],
  of: number,
  { restarts, seed }: { restarts: number; seed: number },
): string {
  const activations = new Set(models.map(({ activation }) => activation));
  const flips = Array.from(activations, (activation) => {
    const layers = aligners
      .of(activation)
      .symmetries.groups.filter((group) => group.flips)
      .map(({ name }) => name);
    return layers.length === 0 ? "" : `${layers.join(", ")} with ${activation}`;
  }).filter((text) => text !== "");
  const which = models.length === of ? `all ${of} models` : `${models.length} of ${of} models, drawn by the seed`;
  const random =
    restarts === 0 ? "no random restarts" : `and from ${restarts} random starts (seed ${seed}), the nearest end kept`;
  const signs =
    flips.length === 0
      ? "no signs change"
      : `signs may change in ${flips.join("; ")}, where that keeps the function of both networks`;
  return `Alignment: pairs of ${which}; the later model of a pair is moved by weight matching (coordinate descent over the groups of units, in the order of the network), started by matching each group by its incoming weights, ${random}; ${signs}. The end is a local optimum: the distances are upper bounds, which random starts lower by about 1 %. Layers are compared as the alignment of the whole network has moved them.`;
}

import { count, percent } from "@zoo/cli";
import { nearestRows, nearestTable } from "../../node/aligned-tables.ts";
import { quantilesOf } from "../../statistics/quantiles.ts";
import { nearestOfMatrix } from "../../weight-space/nearest-network.ts";
import type { Figure } from "../figure.ts";
import { commonBins } from "../pair-bins.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { DiverseZoo } from "./diversity-of-zoo.ts";
import { commandOf } from "./diversity-weight-figures.ts";
import { overlaidHistogram } from "./overlaid-histogram.ts";
import { digits } from "./pair-mean.ts";

/** With two models each is the other's nearest. */
const LEAST_MODELS = 3;

interface Nearest {
  raw: ReturnType<typeof nearestOfMatrix>;
  aligned: ReturnType<typeof nearestOfMatrix>;
}

/** null where no pair was aligned, and of fewer than 3 models. */
function nearestOf({ weights: { models, parts } }: DiverseZoo): Nearest | null {
  const { raw, aligned } = parts[0].l2;
  if (aligned === null || models.length < LEAST_MODELS) return null;
  return { raw: nearestOfMatrix(raw, models.length), aligned: nearestOfMatrix(aligned, models.length) };
}

/** How far each model is from its nearest other one, as the weights are and modulo symmetry. */
export function nearestFigure(one: DiverseZoo, all: readonly DiverseZoo[]): Figure[] {
  const found = nearestOf(one);
  if (found === null) return [];
  const { from, epoch, weights } = one;
  const M = weights.models.length;
  const everyone = all.map(nearestOf).filter((other) => other !== null);
  const drawing = {
    bars: { name: "aligned", values: found.aligned.distance },
    outline: { name: "as they are", values: found.raw.distance, dashed: false },
    bins: commonBins(
      everyone.flatMap(({ raw, aligned }) => [raw.distance, aligned.distance]),
      { wide: true },
    ),
    label: "L2 distance to the nearest other model",
    fraction: false,
    what: "models",
  };
  const [before, after] = [found.raw, found.aligned].map(({ distance }) => quantilesOf(distance, [0, 0.5]));
  const others = found.raw.index.filter((nearest, i) => nearest !== found.aligned.index[i]).length;
  const { raw, aligned } = weights.parts[0].l2;
  const id = idFor(from, "nearest-models");
  return [
    {
      id,
      row: "nearest-models",
      title: titleFor(from, "Distance to the nearest other model"),
      says: `Of ${count(M)} models the median one is ${digits(before[1])} away from the nearest other one, and ${digits(after[1])} modulo symmetry, the least distance is ${digits(before[0])} and ${digits(after[0])}; ${percent(others / M)} have another nearest model once they are aligned.`,
      howToRead:
        "Each model counts once; a bar at 0 means that a model is found again in another one with its hidden units in another order, and bars as far out as the distances of all pairs mean that no model has relatives.",
      command: commandOf(one),
      table: { ...nearestTable(nearestRows(epoch, weights.models, raw, aligned as Float64Array)), name: tableName(id) },
      draw: overlaidHistogram(drawing),
    },
  ];
}

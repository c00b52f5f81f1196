import * as Plot from "@observablehq/plot";
import { count } from "@zoo/cli";
import { fraction, number, whole, word } from "../../results/columns.ts";
import { randomSample } from "../../statistics/samples.ts";
import { type WithinBetween, withinBetween } from "../../trajectories/within-between.ts";
import { modelBand } from "../../weights/model-bands.ts";
import { chart, isNarrow, type LegendItem } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { numberText, placesOn, type Span, scaleOf, spanOf } from "../number-scale.ts";
import { category } from "../palette.ts";
import { idFor, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";

/** Distances of a sample of models. */
export interface Apart {
  from: ReportZoo;
  models: number;
  /** Different initial networks among them: init and seed. */
  starts: number;
  distances: WithinBetween;
}

/** As many as the command takes by default. */
const MODELS = 50;
const BINS = 40;

/** Of a random sample, as the command draws it. Two models or more. */
export async function distancesApart(from: ReportZoo): Promise<Apart> {
  const { selection, seed, signal } = from.analysis;
  const models = randomSample(selection.models, MODELS, seed);
  const { dense } = await from.analysis.executor();
  const distances = await withinBetween(dense, { ...selection, models }, { seed, signal });
  const starts = new Set(models.map((model) => `${model.init} ${model.seed}`)).size;
  return { from, models: models.length, starts, distances };
}

/** Distances of all pairs of models. */
const betweenOf = ({ models: M, distances: { pairs } }: Apart): Float64Array =>
  pairs.filter((_, i) => Math.floor(i / M) > i % M);

interface Bin {
  kind: number;
  from: number;
  to: number;
  count: number;
  share: number;
}

function binsOf(values: Float64Array, kind: number, span: Span): Bin[] {
  const places = placesOn(span, BINS);
  const bins = Array.from({ length: BINS }, (_, i) => ({
    kind,
    from: places[i],
    to: places[i + 1],
    count: 0,
    share: 0,
  }));
  for (const value of values) {
    const at = places.findIndex((place, i) => i > 0 && value < place) - 1;
    bins[at < 0 ? (value < places[0] ? 0 : BINS - 1) : at].count++;
  }
  return bins.filter((bin) => bin.count > 0).map((bin) => ({ ...bin, share: bin.count / values.length }));
}

const names = ["within a trajectory", "between two models"];

export function withinBetweenFigure(one: Apart, all: readonly Apart[]): Figure {
  const { from, models, starts, distances } = one;
  const { ratio, ratioInterval, modelRatios } = distances;
  const span = spanOf(all.flatMap((other) => [...other.distances.within, ...betweenOf(other)]));
  const bins = [...binsOf(distances.within, 0, span), ...binsOf(betweenOf(one), 1, span)];
  const most = Math.max(
    ...all.flatMap((other) =>
      [...binsOf(other.distances.within, 0, span), ...binsOf(betweenOf(other), 1, span)].map(({ share }) => share),
    ),
  );
  const medians = [distances.within, betweenOf(one)].map((values, kind) => ({ kind, value: modelBand(values).q50 }));
  const [own, other] = medians.map(({ value }) => numberText(value));
  const id = idFor(from, "within-between");
  const relation = Number.isFinite(ratio)
    ? `the ratio of the means is ${numberText(ratio)} (95 % interval ${numberText(ratioInterval.low)} to ${numberText(ratioInterval.high)})`
    : "the ratio of the means is not defined, because the models do not move";
  const apart = modelRatios.filter((own) => own > 1).length;
  return {
    id,
    row: "within-between",
    title: titleFor(from, "Distances within and between trajectories"),
    says: `The median distance of two models is ${other}, of two states of one model (mean by model) ${own}; ${relation}, and ${count(apart)} of ${count(models)} models are farther from the others than from themselves.`,
    howToRead:
      "How far the states of a model are from each other, and how far models are from each other at the same epoch; where the two do not overlap, no trajectory comes near another.",
    command: `zoo-analysis trajectories ${from.folder}`,
    table: {
      name: tableName(id),
      caption: `Mean L2 distances of ${count(models)} models with ${count(starts)} starts; empty bins are left out.`,
      columns: [
        word("distances", "Within a model over epochs, or between two models"),
        number("from", "Least distance of the bin"),
        number("to", "Its end"),
        whole("count", "Models, or pairs of models"),
        fraction("share", "Of the models, or of the pairs"),
      ],
      rows: bins.map((bin) => [names[bin.kind], bin.from, bin.to, bin.count, bin.share]),
    },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 230 : 270,
        x: { ...scaleOf(span, isNarrow(width) ? 4 : 8), label: `L2 distance${span.log ? ", log scale" : ""}` },
        y: { label: "share (%)", percent: true, domain: [0, 105 * most], grid: true },
        legend: [
          ...names.map((label, i): LegendItem => ({ label, color: category(i), mark: "dot" })),
          { label: "median", color: "currentColor", mark: "dash" },
        ],
        marks: [
          Plot.rectY(bins, {
            x1: "from",
            x2: "to",
            y: "share",
            fill: ({ kind }: Bin) => category(kind),
            fillOpacity: 0.6,
            title: (bin: Bin) =>
              tip(
                `${names[bin.kind]}, ${numberText(bin.from)} to ${numberText(bin.to)}: ${count(bin.count)} ${bin.kind === 0 ? "models" : "pairs"}`,
              ),
          }),
          Plot.ruleX(medians, {
            x: "value",
            stroke: ({ kind }: { kind: number }) => category(kind),
            strokeWidth: 2,
            strokeDasharray: "4 3",
          }),
          Plot.ruleY([0]),
        ],
      }),
  };
}

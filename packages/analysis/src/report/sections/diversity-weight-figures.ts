import * as Plot from "@observablehq/plot";
import { count } from "@zoo/cli";
import { word } from "../../results/columns.ts";
import { pairValues, summarisePairs } from "../../statistics/pair-statistics.ts";
import { chart, extent, isNarrow } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { commonBins } from "../pair-bins.ts";
import { category, sequence } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import { layerLabel } from "./diversity-layers.ts";
import type { DiverseZoo } from "./diversity-of-zoo.ts";
import type { BeforeAndAfter } from "./diversity-weights.ts";
import { type Overlaid, overlaidHistogram, overlaidTable, short } from "./overlaid-histogram.ts";
import { digits, withInterval } from "./pair-mean.ts";

/** Of an axis of cosine distances, whose rounding is not to be looked at. */
const LEAST_SPAN = 1e-3;

type Metric = "l2" | "cosine";

const words = {
  l2: { name: "L2 distance", id: "l2-distances", title: "L2 distances of weights" },
  cosine: { name: "cosine distance", id: "cosine-distances", title: "Cosine distances of weights" },
} as const;

export const commandOf = ({ from, flags, weights }: DiverseZoo): string => {
  const M = weights.models.length;
  const aligned = weights.parts[0].l2.aligned === null ? 0 : M;
  return `zoo-analysis diversity ${from.folder} --parts weights --sample ${M} --align-models ${aligned}${flags}`;
};

/** Distances of all pairs, as the weights are and after alignment. */
export function distancesFigure(metric: Metric, one: DiverseZoo, all: readonly DiverseZoo[]): Figure {
  const { from, weights } = one;
  const M = weights.models.length;
  const { name, title } = words[metric];
  const id = idFor(from, words[metric].id);
  const { raw, aligned } = weights.parts[0][metric];
  const values = (matrix: Float64Array): Float64Array => pairValues(matrix, M);
  const before = { name: "as they are", values: values(raw), dashed: false };
  const drawing: Overlaid = {
    bars: aligned === null ? before : { name: "aligned", values: values(aligned) },
    outline: aligned === null ? null : before,
    bins: commonBins(
      all.flatMap((other) => pairsOf(other, metric)),
      { wide: metric === "l2", span: metric === "l2" ? 0 : LEAST_SPAN },
    ),
    label: name,
    fraction: false,
  };
  const says = meansOf(weights.parts[0][metric], M, from.analysis.seed);
  return {
    id,
    row: all.length === 1 ? "weight-distances" : words[metric].id,
    title: titleFor(from, title),
    says: `${count(M)} models: the mean ${name} of two is ${digits(says.raw.mean)}, the median ${digits(says.raw.q50)}${says.aligned === null ? "" : `; after alignment ${digits(says.aligned.mean)}${changeOf(says)} and ${digits(says.aligned.q50)}`}.`,
    howToRead:
      aligned === null
        ? "Each pair of models counts once."
        : "The bars are what is left of the outline when hidden units were given the same places: what lies between the two is the order of units, which changes no answer.",
    command: commandOf(one),
    table: overlaidTable(tableName(id), `Share of ${count(before.values.length)} pairs by their ${name}`, drawing),
    draw: overlaidHistogram(drawing),
  };
}

function pairsOf({ weights }: DiverseZoo, metric: Metric): Float64Array[] {
  const { raw, aligned } = weights.parts[0][metric];
  return [raw, ...(aligned === null ? [] : [aligned])].map((matrix) => pairValues(matrix, weights.models.length));
}

interface Means {
  raw: Summary;
  aligned: Summary | null;
}
type Summary = ReturnType<typeof summarisePairs>;

const meansOf = ({ raw, aligned }: BeforeAndAfter, M: number, seed: number): Means => ({
  raw: summarisePairs(raw, M, seed),
  aligned: aligned && summarisePairs(aligned, M, seed),
});

/** " (-12.3 %)"; nothing where all distances are 0. */
function changeOf({ raw, aligned }: Means): string {
  const change = 100 * ((aligned as Summary).mean / raw.mean - 1);
  return Number.isFinite(change) ? ` (${change < 0 ? "-" : "+"}${Math.abs(change).toFixed(1)} %)` : "";
}

interface PartRow {
  label: string;
  l2: Means;
  cosine: Means;
}

function rowsOf({ from, weights }: DiverseZoo): PartRow[] {
  const { zoo, seed } = from.analysis;
  const M = weights.models.length;
  return weights.parts.map(({ part, l2, cosine }) => ({
    label: part === "all" ? "whole network" : layerLabel(zoo.manifest.architecture, part),
    l2: meansOf(l2, M, seed),
    cosine: meansOf(cosine, M, seed),
  }));
}

/** Mean cosine distances of every layer, before and after. */
export function layerDistancesFigure(one: DiverseZoo, all: readonly DiverseZoo[]): Figure {
  const { from, weights } = one;
  const rows = rowsOf(one);
  const layers = rows.slice(1);
  const isAligned = rows[0].cosine.aligned !== null;
  const id = idFor(from, "layer-distances");
  const everyone = all
    .flatMap(rowsOf)
    .flatMap(({ cosine }) => [cosine.raw, ...(cosine.aligned ? [cosine.aligned] : [])]);
  const domain = extent([0, LEAST_SPAN, ...everyone.flatMap(({ low, high, mean }) => [low, high, mean])]);
  const ends = [Math.min, Math.max].map((pick) => {
    const value = pick(...layers.map(({ cosine }) => (cosine.aligned ?? cosine.raw).mean));
    return layers.find(({ cosine }) => (cosine.aligned ?? cosine.raw).mean === value) ?? layers[0];
  });
  const [least, most] = ends.map(({ label, cosine }) => `${label} (${digits((cosine.aligned ?? cosine.raw).mean)})`);
  const column = (name: string, description: string) => ({ name, type: "DOUBLE", description }) as const;
  const cells = ({ raw, aligned }: Means): number[] => [
    raw.mean,
    raw.low,
    raw.high,
    ...(aligned === null ? [] : [aligned.mean, aligned.low, aligned.high]),
  ];
  const columns = (name: string) => [
    column(name, "Mean over pairs"),
    column(`${name}, low`, "95 % interval of the mean, by resampling models"),
    column(`${name}, high`, "Its upper end"),
  ];
  return {
    id,
    row: "layer-distances",
    title: titleFor(from, "Distance of weights by layer"),
    says:
      layers.length < 2
        ? `The mean cosine distance is ${digits(rows[0].cosine.raw.mean)}${isAligned ? `, aligned ${digits(rows[0].cosine.aligned?.mean ?? Number.NaN)}` : ""}.`
        : `${isAligned ? "After alignment models" : "Models"} are closest in ${least} and farthest apart in ${most}, by the mean cosine distance of two.`,
    howToRead: isAligned
      ? "The step from one circle to the other is what alignment takes away; the pale bars are 95 % intervals of the means."
      : "Circles are means over pairs, the pale bars their 95 % intervals.",
    command: commandOf(one),
    table: {
      name: tableName(id),
      caption: `Mean distances between ${count(weights.models.length)} models by layer, weights and biases together.`,
      columns: [
        word("part", "Layer, or the whole network"),
        ...columns("cosine"),
        ...(isAligned ? columns("cosine aligned") : []),
        ...columns("L2"),
        ...(isAligned ? columns("L2 aligned") : []),
      ],
      rows: rows.map(({ label, cosine, l2 }) => [label, ...cells(cosine), ...cells(l2)]),
    },
    draw: (width) => {
      const marks = rows.flatMap(({ label, cosine }) =>
        [
          { label, of: cosine.raw, when: "as they are", color: category(1) },
          ...(cosine.aligned === null ? [] : [{ label, of: cosine.aligned, when: "aligned", color: category(0) }]),
        ].map((mark) => ({ ...mark, mean: mark.of.mean, low: mark.of.low, high: mark.of.high })),
      );
      return chart({
        width,
        height: 60 + 30 * rows.length,
        marginLeft: 104,
        marginRight: 26,
        x: { label: "mean cosine distance of two models", tickFormat: short, domain, nice: true, grid: true },
        y: { type: "point", label: null, domain: rows.map(({ label }) => label), tickSize: 0, padding: 0.6 },
        legend: [
          { label: "as they are", color: category(1), mark: "dot" },
          ...(isAligned ? [{ label: "aligned", color: category(0), mark: "dot" as const }] : []),
        ],
        marks: [
          Plot.ruleY(rows, {
            filter: ({ cosine }: PartRow) => cosine.aligned !== null,
            y: "label",
            x1: ({ cosine }: PartRow) => cosine.aligned?.mean,
            x2: ({ cosine }: PartRow) => cosine.raw.mean,
            stroke: sequence(Number.NaN),
            strokeWidth: 1.5,
          }),
          Plot.ruleY(marks, { y: "label", x1: "low", x2: "high", stroke: "color", strokeWidth: 4, strokeOpacity: 0.3 }),
          Plot.dot(marks, {
            y: "label",
            x: "mean",
            r: isNarrow(width) ? 4 : 4.5,
            fill: "color",
            title: ({ label, when, of }: (typeof marks)[number]) => tip(`${label}, ${when}: ${withInterval(of)}`),
          }),
        ],
      });
    },
  };
}

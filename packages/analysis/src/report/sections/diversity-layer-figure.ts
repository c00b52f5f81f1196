import * as Plot from "@observablehq/plot";
import { count } from "@zoo/cli";
import { whole, word } from "../../results/columns.ts";
import { chart, extent, isNarrow } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { category } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { LayerLikeness, Representations } from "./diversity-layers.ts";
import type { DiverseZoo } from "./diversity-of-zoo.ts";
import { digits, withInterval } from "./pair-mean.ts";

export type RepresentingZoo = DiverseZoo & { representations: Representations };

/** Debiased CKA of every layer, over pairs. */
export function layersFigure(one: RepresentingZoo, all: readonly RepresentingZoo[]): Figure {
  const { from, flags, representations } = one;
  const { models, N, layers } = representations;
  const id = idFor(from, "cka");
  const [first, last] = [layers[0], layers[layers.length - 1]];
  const [low, high] = extent([0, 1, ...all.flatMap((zoo) => zoo.representations.layers.map(({ q05 }) => q05))]);
  const missing = layers.reduce((sum, layer) => sum + layer.undefined, 0);
  const column = (name: string, description: string) => ({ name, type: "DOUBLE", description }) as const;
  return {
    id,
    row: "cka",
    title: titleFor(from, "Similarity of representations by layer"),
    says: `${count(models.length)} models, ${count(N)} test images: the mean debiased CKA goes from ${digits(first.mean)} at ${first.label} to ${digits(last.mean)} at the ${last.label}${missing === 0 ? "" : `; ${count(missing)} of ${count(layers.length * (first.pairs + first.undefined))} values are undefined, of layers that tell no images apart`}.`,
    howToRead:
      "1 means equal up to rotation and scale, 0 unrelated: a line that falls means that models begin alike and grow apart from layer to layer.",
    command: `zoo-analysis diversity ${from.folder} --parts representation --sample ${models.length} --representation-images ${N} --similarities linear_cka${flags}`,
    table: {
      name: tableName(id),
      caption: "Debiased linear CKA over pairs of models; layers as their outputs after the activation.",
      columns: [
        word("layer", "What it is"),
        word("output", "What the command calls it"),
        column("mean", "Mean over pairs"),
        column("low", "95 % interval of the mean, by resampling models"),
        column("high", "Its upper end"),
        column("5 %", "Quantile over pairs"),
        column("25 %", "Quantile over pairs"),
        column("median", "Median over pairs"),
        column("75 %", "Quantile over pairs"),
        column("95 %", "Quantile over pairs"),
        whole("pairs", "Pairs with a number"),
        whole("undefined", "Pairs without"),
      ],
      rows: layers.map((l) => [
        l.label,
        l.layer,
        l.mean,
        l.low,
        l.high,
        l.q05,
        l.q25,
        l.median,
        l.q75,
        l.q95,
        l.pairs,
        l.undefined,
      ]),
    },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 260 : 320,
        x: {
          type: "point",
          label: "layer",
          domain: layers.map(({ layer }) => layer),
          tickFormat: (name: string) => layers.find(({ layer }) => layer === name)?.label ?? name,
          ticks: someOf(layers, isNarrow(width) ? 5 : 8).map(({ layer }) => layer),
          padding: 0.35,
        },
        y: { label: "debiased linear CKA", domain: [low, high], grid: true },
        legend: [
          { label: "mean", color: category(0), mark: "line" },
          { label: "25 to 75 %, 5 to 95 % of pairs", color: category(0), mark: "band" },
        ],
        marks: [
          Plot.areaY(layers, { x: "layer", y1: "q05", y2: "q95", fill: category(0), fillOpacity: 0.15 }),
          Plot.areaY(layers, { x: "layer", y1: "q25", y2: "q75", fill: category(0), fillOpacity: 0.25 }),
          Plot.lineY(layers, { x: "layer", y: "mean", stroke: category(0), strokeWidth: 2.25 }),
          Plot.dot(layers, {
            x: "layer",
            y: "mean",
            r: 3.5,
            fill: category(0),
            title: (l: LayerLikeness) =>
              tip(`${l.label}: mean ${withInterval(l)}, 90 % of the pairs from ${digits(l.q05)} to ${digits(l.q95)}`),
          }),
          Plot.ruleY([0], { strokeOpacity: 0.4 }),
        ],
      }),
  };
}

function someOf(layers: readonly LayerLikeness[], most: number): LayerLikeness[] {
  const step = Math.ceil(layers.length / most);
  return layers.filter((_, i) => (layers.length - 1 - i) % step === 0);
}

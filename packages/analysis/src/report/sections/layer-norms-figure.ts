import { count } from "@zoo/cli";
import { type Architecture, deriveLayout } from "@zoo/format";
import { stateBlocks } from "../../population/state-blocks.ts";
import { word } from "../../results/columns.ts";
import { evenSample } from "../../statistics/samples.ts";
import type { WeightPart } from "../../weight-space/weight-parts.ts";
import { weightParts } from "../../weight-space/weight-parts.ts";
import { type ModelBand, modelBand, modelBands } from "../../weights/model-bands.ts";
import { weightNorms } from "../../weights/weight-norms.ts";
import { isNarrow } from "../chart.ts";
import {
  bandColumnsShown,
  bandEnds,
  bandLegend,
  bandMarks,
  bandRow,
  type EpochBand,
  epochBands,
  epochColumn,
  epochScale,
} from "../epoch-bands.ts";
import type { Figure } from "../figure.ts";
import { numberText, type Span, scaleOf, spanOf } from "../number-scale.ts";
import { panels } from "../panels.ts";
import { idFor, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";

/** L2 norms of the network and of its layers: [M, E, P]. */
export interface LayerNorms {
  from: ReportZoo;
  parts: WeightPart[];
  l2: Float64Array;
}

/** Panels of a figure, the whole network among them. */
const MOST_PANELS = 12;
/** Epochs in the table. */
const MOST_EPOCHS = 11;

/** In one pass over the weights of all states; blocks of 64 MB. */
export async function layerNorms(from: ReportZoo): Promise<LayerNorms> {
  const { analysis } = from;
  const { models, epochs, zoo } = analysis.selection;
  const layout = deriveLayout(zoo.manifest.architecture);
  const { D } = layout;
  const parts = weightParts(layout).filter(({ kind }) => kind !== "tensor");
  const [E, P] = [epochs.length, parts.length];
  const l2 = new Float64Array(models.length * E * P);
  let done = 0;
  for await (const { epoch, first, count: size, weights } of stateBlocks(analysis.selection)) {
    analysis.signal.throwIfAborted();
    const norms = weightNorms(weights, D, parts, 0).l2;
    const e = epochs.indexOf(epoch);
    for (let i = 0; i < size; i++) l2.set(norms.subarray(i * P, (i + 1) * P), ((first + i) * E + e) * P);
    done += size;
    analysis.progress("weights", (0.6 * done) / (models.length * E));
  }
  return { from, parts, l2 };
}

/** [M]: norms of a part at the e-th epoch; the last unless given. */
export function normsAt({ from, parts, l2 }: LayerNorms, p: number, e?: number): Float64Array {
  const { models, epochs } = from.analysis.selection;
  const [E, P] = [epochs.length, parts.length];
  return Float64Array.from(models, (_, m) => l2[(m * E + (e ?? E - 1)) * P + p]);
}

/** Last norm / first norm of a part, by model; NaN where the first is 0. */
export function growthOf(norms: LayerNorms, p: number): Float64Array {
  const first = normsAt(norms, p, 0);
  return normsAt(norms, p).map((last, m) => (first[m] === 0 ? Number.NaN : last / first[m]));
}

interface NormPanel {
  part: WeightPart;
  rows: EpochBand[];
}

function panelsOf({ from, parts, l2 }: LayerNorms): NormPanel[] {
  const { epochs } = from.analysis.selection;
  const P = parts.length;
  const bands = modelBands(l2, epochs.length * P);
  const of = (p: number): ModelBand[] => epochs.map((_, e) => bands[e * P + p]);
  const shown = [
    0,
    ...evenSample(
      Array.from({ length: P - 1 }, (_, i) => i + 1),
      MOST_PANELS - 1,
    ),
  ];
  return shown.map((p) => ({ part: parts[p], rows: epochBands(epochs, of(p)) }));
}

/** The norm of each layer over epochs, a panel each. */
export function layerNormsFigure(norms: LayerNorms, all: readonly LayerNorms[]): Figure {
  const { from, parts } = norms;
  const { zoo, models, epochs } = from.analysis.selection;
  const mine = panelsOf(norms);
  const spans = spansOf(all);
  const id = idFor(from, "norm-over-epochs");
  const [whole] = mine;
  const [first, last] = [whole.rows[0], whole.rows[epochs.length - 1]];
  const layers = parts.map((part, p) => ({ part, growth: modelBand(growthOf(norms, p)).q50 })).slice(1);
  const defined = layers.filter(({ growth }) => Number.isFinite(growth));
  const grown = defined.reduce((a, b) => (b.growth > a.growth ? b : a), defined[0]);
  const end = `at epoch ${last.epoch}, where 90 % of the ${count(models.length)} models lie between ${numberText(last.q05)} and ${numberText(last.q95)}`;
  const growth =
    epochs.length === 1 || grown === undefined
      ? ""
      : `; of the layers, ${grown.part.name} has the greatest median ratio of last to first norm, ${numberText(grown.growth)}`;
  return {
    id,
    row: "norm-over-epochs",
    title: titleFor(from, "Norm of each layer over epochs"),
    says:
      epochs.length === 1
        ? `The median L2 norm of whole networks is ${numberText(last.q50)} ${end}.`
        : `The median L2 norm of whole networks goes from ${numberText(first.q50)} at epoch ${first.epoch} to ${numberText(last.q50)} ${end}${growth}.`,
    howToRead: `A panel is the whole network or a layer with its biases, each on its own scale${mine.some(({ part }) => spans.get(part.name)?.log) ? " (logarithmic where the norms differ by more than 25 times)" : ""}; a band that widens means that models part.`,
    command: `zoo-analysis weights ${from.folder}`,
    table: {
      name: tableName(id),
      caption: `L2 norms over ${count(models.length)} models${epochs.length > MOST_EPOCHS ? `, at ${MOST_EPOCHS} of ${epochs.length} stored epochs` : ""}.`,
      columns: [
        word("part", "all or a layer"),
        { name: "weights", type: "INT32", description: "Weights in it" },
        epochColumn,
        ...bandColumnsShown,
      ],
      rows: mine.flatMap(({ part, rows }) =>
        evenSample(rows, MOST_EPOCHS).map((row) => [part.name, part.size, row.epoch, ...bandRow(row)]),
      ),
    },
    draw: (width) =>
      panels(
        mine.map(({ part, rows }) => {
          const span = spans.get(part.name) ?? spanOf(bandEnds(rows));
          return {
            title:
              part.name === "all" ? "whole network" : `${part.name} ${kindOf(zoo.manifest.architecture, part.name)}`,
            chart: {
              marginTop: 12,
              marginBottom: 36,
              marginLeft: 42,
              x: epochScale(rows, isNarrow(width) ? 4 : 5),
              y: { ...scaleOf(span, 4), label: null, grid: true },
              marks: bandMarks(rows, { what: `${part.name}, `, positive: span.log }),
            },
          };
        }),
        { width, columns: isNarrow(width) ? 2 : 3, height: isNarrow(width) ? 150 : 170, legend: bandLegend("L2 norm") },
      ),
  };
}

/** A scale for each part, the same in all zoos. */
function spansOf(all: readonly LayerNorms[]): Map<string, Span> {
  const ends = new Map<string, number[]>();
  for (const { part, rows } of all.flatMap(panelsOf)) {
    ends.set(part.name, [...(ends.get(part.name) ?? []), ...bandEnds(rows)]);
  }
  return new Map([...ends].map(([name, values]) => [name, spanOf(values)]));
}

/** "conv2d" of "layers.0". */
function kindOf({ layers }: Architecture, path: string): string {
  const at = /^layers\.(\d+)$/.exec(path)?.[1];
  return at === undefined ? "" : (layers[Number(at)]?.type ?? "");
}

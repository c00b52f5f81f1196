import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import { type Activation, isZooError } from "@zoo/format";
import { askActivity } from "../../node/ask-activity.ts";
import { fraction, whole, word } from "../../results/columns.ts";
import { randomSample } from "../../statistics/samples.ts";
import type { LayerActivity } from "../../weights/activity-table.ts";
import { activityTable } from "../../weights/activity-table.ts";
import { whyNoActivity } from "../../weights/unit-activity.ts";
import { isNarrow } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { category } from "../palette.ts";
import { panels } from "../panels.ts";
import { idFor, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";

/** Units of one activation layer over the models of one activation: mean shares. */
interface IdleShare {
  activation: Activation;
  models: number;
  layer: string;
  units: number;
  zero: number;
  constant: number;
  saturated: number;
}

/** What units did on images, or why they were not asked. */
export interface IdleUnits {
  from: ReportZoo;
  shares: IdleShare[];
  epoch: number;
  models: number;
  images: number;
  /** A sentence for the definitions. */
  definition: string;
}

/** Models and images that are asked about. */
const MODELS = 256;
const IMAGES = 256;

const kinds = [
  { key: "zero", label: "0 for every image" },
  { key: "constant", label: "the same for every image (0 too)" },
  { key: "saturated", label: "saturated (tanh, sigmoid)" },
] as const;

/** Asks a sample of models at the last epoch; no shares where there are no images, or no engine can answer. */
export async function idleUnits(from: ReportZoo): Promise<IdleUnits> {
  const { analysis } = from;
  const { selection, zoo, seed, signal } = analysis;
  const models = randomSample(selection.models, MODELS, seed);
  const epoch = selection.epochs[selection.epochs.length - 1];
  const without = (why: string): IdleUnits => ({
    from,
    shares: [],
    epoch,
    models: 0,
    images: 0,
    definition: `Idle units were not measured: ${why}.`,
  });
  const why = whyNoActivity(zoo.manifest.architecture);
  if (why !== null) return without(why);
  const probe = await analysis.images("test", IMAGES).catch((e: unknown) => {
    if (isZooError(e, "data-not-found") || isZooError(e, "bad-data")) return e.message;
    throw e;
  });
  if (typeof probe === "string") return without(probe);
  const layers: LayerActivity[] = [];
  const asked = { zoo, models, epochs: [epoch] };
  for await (const layer of askActivity(await analysis.executor(), asked, probe, { signal })) layers.push(layer);
  const activations = [...new Set(models.map(({ activation }) => activation))];
  const which =
    models.length === selection.models.length
      ? `all ${count(models.length)} models`
      : `${models.length} of ${count(selection.models.length)} models, drawn by the seed ${seed}`;
  return {
    from,
    shares: activations.flatMap((activation) => {
      const of = models.flatMap((model, m) => (model.activation === activation ? [m] : []));
      return sharesOf(layers, of).map((share) => ({ activation, models: of.length, ...share }));
    }),
    epoch,
    models: models.length,
    images: probe.batch.N,
    definition: `Idle units: ${which}, at epoch ${epoch}. ${probe.definition} Constant: greatest - least over images is rounding; saturated: at an end of tanh or sigmoid (beyond 0.99) for more than 99 % of images and places.`,
  };
}

function sharesOf(layers: readonly LayerActivity[], models: readonly number[]) {
  const part = layers.map(({ constant, zero, saturated, ...layer }) => ({
    ...layer,
    constant: Int32Array.from(models, (m) => constant[m]),
    zero: Int32Array.from(models, (m) => zero[m]),
    saturated: Float64Array.from(models, (m) => saturated[m]),
  }));
  return activityTable(part).rows.map(([, layer, units, constant, zero, , saturated]) => ({
    layer: String(layer),
    units: Number(units),
    zero: Number(zero),
    constant: Number(constant),
    saturated: Number(saturated),
  }));
}

/** Bars of idle units; none where they were not measured. */
export function idleUnitsFigure({ from, shares, epoch, models, images }: IdleUnits): Figure[] {
  if (shares.length === 0) return [];
  const id = idFor(from, "idle-units");
  const activations = [...new Set(shares.map(({ activation }) => activation))];
  const most = (key: "constant" | "saturated"): string => {
    const defined = shares.filter((share) => !Number.isNaN(share[key]));
    if (defined.length === 0) return "";
    const top = defined.reduce((a, b) => (b[key] > a[key] ? b : a));
    const what = key === "constant" ? "give the same for every image" : "are saturated";
    return top[key] === 0
      ? `no units ${what}`
      : `most units ${what} in ${top.layer}${activations.length > 1 ? ` with ${top.activation}` : ""}: ${percent(top[key])}`;
  };
  const found = [most("constant"), most("saturated")].filter((text) => text !== "").join("; ");
  return [
    {
      id,
      row: "idle-units",
      title: titleFor(from, "Units that do nothing"),
      says: `On ${count(images)} test images, at epoch ${epoch}, ${found} (means over ${count(models)} models).`,
      howToRead: `Bars are mean shares of a layer's units${activations.length > 1 ? ", a panel for each activation" : ""}; a unit that gives the same for every image tells nothing to the next layer.`,
      command: `zoo-analysis weights ${from.folder}`,
      table: {
        name: tableName(id),
        caption: `Mean shares of units on ${count(images)} test images, at epoch ${epoch}.`,
        columns: [
          word("activation", "Of the models"),
          whole("models", "Models with it"),
          word("layer", "The activation layer"),
          whole("units", "Units of one model"),
          fraction("zero", "Give 0 for every image"),
          fraction("constant", "Give the same for every image"),
          fraction("saturated", "Saturated; n/a without tanh or sigmoid"),
        ],
        rows: shares.map((row) => [
          row.activation,
          row.models,
          row.layer,
          row.units,
          row.zero,
          row.constant,
          row.saturated,
        ]),
      },
      draw: (width) => drawBars(shares, activations, width),
    },
  ];
}

function drawBars(shares: readonly IdleShare[], activations: readonly Activation[], width: number): string {
  const bars = shares.flatMap((share) =>
    kinds.flatMap(({ key, label }, i) =>
      Number.isNaN(share[key]) ? [] : [{ ...share, key, label, i, share: share[key] }],
    ),
  );
  const used = kinds.filter(({ key }) => bars.some((bar) => bar.key === key));
  const layers = [...new Set(shares.map(({ layer }) => layer))];
  const columns = isNarrow(width) ? 1 : Math.min(2, activations.length);
  const end = Math.max(0.1, ...bars.map(({ share }) => share));
  const slot = 13 * used.length + 8;
  return panels(
    activations.map((activation) => {
      const mine = bars.filter((bar) => bar.activation === activation);
      const models = mine[0]?.models ?? 0;
      const y = (bar: (typeof bars)[number]): number =>
        layers.indexOf(bar.layer) * slot + used.findIndex(({ key }) => key === bar.key) * 13;
      return {
        title: `${activation} (${count(models)} models)`,
        chart: {
          marginTop: 4,
          marginBottom: 36,
          marginLeft: 72,
          marginRight: 50,
          x: { label: "mean share of units (%)", percent: true, domain: [0, 100 * end], grid: true, ticks: 5 },
          y: { axis: null, domain: [layers.length * slot, -4] },
          marks: [
            Plot.rect(mine, {
              x1: 0,
              x2: "share",
              y1: y,
              y2: (bar) => y(bar) + 11,
              fill: ({ i }) => category(i),
              title: ({ layer, label, share, units }) => tip(`${layer}, ${units} units: ${label}, ${percent(share)}`),
            }),
            Plot.text(mine, {
              x: "share",
              y: (bar) => y(bar) + 5.5,
              text: ({ share }) => percent(share),
              textAnchor: "start",
              dx: 4,
              fontSize: 11,
            }),
            Plot.text(layers, {
              y: (layer: string) => layers.indexOf(layer) * slot + (slot - 8) / 2,
              text: (layer: string) => layer,
              frameAnchor: "left",
              textAnchor: "end",
              dx: -8,
            }),
            Plot.ruleX([0]),
          ],
        },
      };
    }),
    {
      width,
      columns,
      height: 40 + slot * layers.length,
      legend: used.map(({ label, key }) => ({
        label,
        color: category(kinds.findIndex((kind) => kind.key === key)),
        mark: "dot",
      })),
    },
  );
}

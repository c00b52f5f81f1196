import { count } from "@zoo/cli";
import { modelBand } from "../../weights/model-bands.ts";
import type { Figure, Section } from "../figure.ts";
import { MOST_POINTS, type ModelScatter, modelColors } from "../model-scatter.ts";
import { numberText } from "../number-scale.ts";
import type { ReportContext } from "../report-context.ts";
import { accuracyScatterFigure, accuracyScatters, type ModelNumbers } from "./accuracy-scatter.ts";
import { type IdleUnits, idleUnits, idleUnitsFigure } from "./idle-units-figure.ts";
import { growthOf, type LayerNorms, layerNorms, layerNormsFigure, normsAt } from "./layer-norms-figure.ts";
import { type WeightSpread, weightSpread, weightSpreadFigure } from "./weight-spread-figure.ts";

/** How large the weights are, how they are spread, and what their size has to do with accuracy. */
export async function weightsSection({ zoos, signal }: ReportContext): Promise<Section> {
  const norms: LayerNorms[] = [];
  const spreads: WeightSpread[] = [];
  const idle: IdleUnits[] = [];
  for (const from of zoos) {
    signal.throwIfAborted();
    norms.push(await layerNorms(from));
    spreads.push(await weightSpread(from));
    idle.push(await idleUnits(from));
  }
  const scatters = await normScatters(norms);
  const last = norms.map((one) => modelBand(normsAt(one, 0)));
  return {
    id: "weights",
    title: "The weights",
    paragraphs: norms.map(({ from }, i) => {
      const name = zoos.length === 1 ? "T" : `${from.name}: t`;
      const { epochs, models } = from.analysis.selection;
      const { q50, min, max } = last[i];
      return `${name}he L2 norms of the ${count(models.length)} networks at epoch ${epochs[epochs.length - 1]} reach from ${numberText(min)} to ${numberText(max)}, with a median of ${numberText(q50)}.`;
    }),
    figures: [
      ...norms.map((one) => layerNormsFigure(one, norms)),
      ...spreads.map((one) => weightSpreadFigure(one, spreads)),
      ...scatters.map(normAccuracyFigure),
      ...idle.flatMap(idleUnitsFigure),
    ],
    definitions: [
      "L2 norm: root of the sum of squares of all weights and biases of the network or the layer. It grows with the number of weights, so layers compare by their change, not by their size.",
      "s(W): per tensor mean, variance, and the quantiles 1, 25, 50, 75 and 99 %, linear between neighbours. The drawing has medians over models of each, so that a few models with extreme weights do not show.",
      "Rank correlation: Spearman's, over models; 95 % interval of 500 bootstraps over models. Bands are quantiles over models.",
      ...(scatters.some(({ x }) => x.length > MOST_POINTS)
        ? [`Scatters show ${MOST_POINTS} models, evenly spaced by id; correlations are over all.`]
        : []),
      ...idle.map(({ from, definition }) => `${zoos.length === 1 ? "" : `${from.name}: `}${definition}`),
    ],
  };
}

/** The log of a norm is what hyperparameters explain. */
const normsOf = (norms: LayerNorms): ModelNumbers => {
  const { from } = norms;
  const x = normsAt(norms, 0);
  const growth = { name: "growth", values: growthOf(norms, 0) };
  return { from, x, colors: modelColors(from.analysis.selection.models, x.map(Math.log), growth) };
};

const normScatters = async (all: readonly LayerNorms[]): Promise<ModelScatter[]> =>
  await accuracyScatters(all.map(normsOf), { label: "L2 norm of the network", column: "l2" });

const normAccuracyFigure = (scatter: ModelScatter): Figure =>
  accuracyScatterFigure(scatter, {
    what: "Norm",
    command: "weights",
    howToRead: scatter.colors.kinds
      ? `A point is a model; its colour is ${scatter.colors.name}, the hyperparameter that explains most of the differences in norm.`
      : "A point is a model; its colour is the rank in growth: its norm over its norm at the first stored epoch.",
  });

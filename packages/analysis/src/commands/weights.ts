import { misuse, oneOf, wholeNumber } from "@zoo/cli";
import type { ImageSplit } from "@zoo/engine";
import { isZooError, type ModelRow } from "@zoo/format";
import type { AnalysisCommand } from "../cli/analysis-command.ts";
import type { Analysis } from "../node/analysis.ts";
import { askActivity } from "../node/ask-activity.ts";
import { lastAccuracy } from "../population/last-accuracy.ts";
import { modelIds } from "../results/model-arrays.ts";
import type { ResultArray, ResultTable } from "../results/result.ts";
import { type ModelQuantity, relationTable } from "../statistics/relation-table.ts";
import { activityTable, type LayerActivity } from "../weights/activity-table.ts";
import { activationLayers, activityRule, whyNoActivity } from "../weights/unit-activity.ts";
import { type WeightSurvey, weightSurvey } from "../weights/weight-survey.ts";
import {
  deadUnitsTable,
  growthTable,
  lastAndAll,
  normBands,
  sparsityTable,
  statisticBands,
} from "../weights/weight-tables.ts";

interface WeightsOptions {
  threshold: number;
  images: number;
  split: ImageSplit;
  epochs?: string;
}

export const weightsCommand: AnalysisCommand<WeightsOptions> = {
  name: "weights",
  description: "s(W), norms, sparsity and dead units, by layer and epoch",
  options: (command) =>
    command
      .option("--threshold <x>", "a weight of at most this absolute value is small", threshold, 1e-3)
      .option("--images <n>", "images on which units may be dead; 0: by weights alone", wholeNumber("--images", 0), 256)
      .option(
        "--split <name>",
        "of these images: train, val, test",
        oneOf("--split", ["train", "val", "test"]),
        "test",
      ),
  run: async (analysis, options) => {
    const { selection, seed, signal } = analysis;
    const { models, epochs } = selection;
    const { dense } = await analysis.executor();
    const states = models.length * epochs.length;
    let done = 0;
    const survey = await weightSurvey(dense, selection, {
      threshold: options.threshold,
      signal,
      onStates: (count) => {
        done += count;
        analysis.progress("weights", done / states);
      },
    });
    const { tables, definitions } = await behaviour(analysis, options);
    return {
      kind: "weights",
      parameters: {
        threshold: options.threshold,
        images: options.images,
        split: options.split,
        seed,
        epochs: [...epochs],
      },
      definitions: [
        `${models.length} models, ${epochs.length} stored epochs from ${epochs[0]} to ${epochs[epochs.length - 1]}; ` +
          `${selection.excluded.length} models with a weight or loss that is not finite are left out.`,
        "s(W): per tensor mean, variance divided by n, percentiles 1, 25, 50, 75, 99, linear between neighbours " +
          `(${survey.statistics.names.length} numbers); batch normalisation's running statistics are no weights.`,
        `Small: |w| <= ${options.threshold}, an absolute value; a threshold relative to the layer's size gives others.`,
        "Growth: L2 norm at the last epoch / at the first, by model, then the median over models.",
        "Relations: Spearman's rank correlation of the last L2 norm and of growth with test accuracy; 95 % of 500 bootstraps over models.",
        "Dead by weights: all incoming weights (biases apart) or all outgoing weights of a unit are exactly 0.",
        ...definitions,
      ],
      tables: [
        growthTable(survey),
        relationTable(sizes(survey), ...(await lastAccuracy(selection)), seed),
        ...lastAndAll(sparsityTable(survey), epochs),
        ...lastAndAll(deadUnitsTable(survey), epochs),
        ...tables,
        normBands(survey),
        statisticBands(survey),
      ],
      arrays: arraysOf(survey, models),
    };
  },
};

/** Last norm, and growth, of the network and each layer. */
function sizes({ M, E, parts, norms: { l2 } }: WeightSurvey): ModelQuantity[] {
  const P = parts.length;
  return parts.flatMap(({ name, kind }, p): ModelQuantity[] => {
    if (kind === "tensor") return [];
    const at = (e: number): Float64Array => Float64Array.from({ length: M }, (_, m) => l2[(m * E + e) * P + p]);
    const [first, last] = [at(0), at(E - 1)];
    const growth = last.map((value, m) => (first[m] === 0 ? Number.NaN : value / first[m]));
    return [
      { name: "l2", part: name, values: last },
      ...(E === 1 ? [] : [{ name: "growth", part: name, values: growth }]),
    ];
  });
}

function threshold(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw misuse("--threshold", "must be a number, 0 or more", text);
}

/** What units did on images, where there are images and the engine can be asked. */
async function behaviour(
  analysis: Analysis,
  { images, split, epochs }: WeightsOptions,
): Promise<{ tables: ResultTable[]; definitions: string[] }> {
  const { selection, zoo, signal } = analysis;
  const { architecture } = zoo.manifest;
  const without = (why: string) => ({ tables: [], definitions: [`Dead by behaviour: not measured; ${why}.`] });
  if (images === 0) return without("--images is 0");
  const why = whyNoActivity(architecture);
  if (why !== null) return without(why);
  const probe = await analysis.images(split, images).catch((e: unknown) => {
    if (isZooError(e, "data-not-found")) return e.message;
    throw e;
  });
  if (typeof probe === "string") return without(probe);
  const asked = epochs === undefined ? selection.epochs.slice(-1) : selection.epochs;
  const layers: LayerActivity[] = [];
  const all = asked.length * activationLayers(architecture).length;
  const part = { ...selection, epochs: asked };
  for await (const layer of askActivity(await analysis.executor(), part, probe, { signal })) {
    layers.push(layer);
    analysis.progress("activations", layers.length / all);
  }
  const { tolerance, level, share } = activityRule;
  return {
    tables: lastAndAll(activityTable(layers), asked),
    definitions: [
      `Dead by behaviour: ${probe.definition} ${asked.length === 1 ? "Last epoch alone unless --epochs is given." : ""}`.trim(),
      `Constant: at each of a unit's places greatest - least over images <= ${tolerance} of its greatest absolute value; ` +
        "a unit is a channel or a feature after its activation, in the layers outside of residuals.",
      `Saturated: |a| > ${level} (sigmoid: |2a - 1|) for more than ${100 * share} % of images and places; n/a for other activations.`,
    ],
  };
}

function arraysOf({ M, E, parts, norms, statistics }: WeightSurvey, models: readonly ModelRow[]): ResultArray[] {
  const P = parts.length;
  const perPart = (name: "l1" | "l2" | "max", description: string): ResultArray => ({
    name,
    dtype: "F64",
    data: norms[name],
    shape: [M, E, P],
    axes: ["model", "epoch", "part"],
    description: `${description} of the network, its layers, its tensors`,
  });
  return [
    {
      name: "weight_statistics",
      dtype: "F64",
      data: statistics.data,
      shape: [...statistics.shape],
      axes: ["model", "epoch", "statistic"],
      description: "s(W): per tensor in PyTorch's order mean, variance, q01, q25, q50, q75, q99",
    },
    perPart("l1", "L1 norms"),
    perPart("l2", "L2 norms"),
    perPart("max", "greatest absolute weights"),
    modelIds("models", models, "ids of the models"),
  ];
}

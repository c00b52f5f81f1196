import { misuse, wholeNumber } from "@zoo/cli";
import type { Architecture } from "@zoo/format";
import { type SimilarityName, similarityNames } from "../behaviour/similarities.ts";
import type { AnalysisCommand } from "../cli/analysis-command.ts";
import type { Analysis } from "../node/analysis.ts";
import { type BehaviourOptions, behaviourDiversity } from "../node/behaviour-diversity.ts";
import { type DiversePopulation, type DiversityFindings, drawModels } from "../node/diversity-part.ts";
import {
  type AskedLayer,
  defaultLayers,
  layersOf,
  type RepresentationOptions,
  representationDiversity,
} from "../node/representation-diversity.ts";
import { type WeightDiversityOptions, weightDiversity } from "../node/weight-diversity.ts";
import { whyNotAsked } from "../population/askable.ts";

interface DiversityFlags extends BehaviourOptions {
  alignModels?: number;
  restarts: number;
  signs: boolean;
  tensors?: boolean;
  epochs?: string;
  parts?: PartName[];
  sample: number;
  representationImages: number;
  representationSample: number;
  layers?: string;
  similarities: SimilarityName[];
  neighbours?: number;
  bandwidth: number;
}

type Part = (analysis: Analysis, population: DiversePopulation, options: PartOptions) => Promise<DiversityFindings>;

/** What the parts are asked; complete before the first of them works. */
interface PartOptions {
  behaviour: BehaviourOptions;
  representation: RepresentationOptions;
  weights: WeightDiversityOptions;
}

/** In the order of the output. */
const parts: Record<"behaviour" | "representation" | "weights", Part> = {
  behaviour: async (analysis, population, { behaviour }) => await behaviourDiversity(analysis, population, behaviour),
  representation: async (analysis, population, { representation }) =>
    await representationDiversity(analysis, population, representation),
  weights: async (analysis, population, { weights }) => await weightDiversity(analysis, population, weights),
};

type PartName = keyof typeof parts;
const partNames = Object.keys(parts) as PartName[];
const defaultSimilarities: readonly SimilarityName[] = similarityNames.filter((name) => !name.endsWith("_biased"));

export const diversity: AnalysisCommand<DiversityFlags> = {
  name: "diversity",
  description: "how different the models are: their answers, their representations, their weights",
  options: (command) =>
    command
      .option(
        "--parts <list>",
        `${partNames.join(", ")} (default: all that the architecture allows)`,
        listOf("--parts", partNames),
      )
      .option("--sample <n>", "models at most, drawn by the seed", wholeNumber("--sample", 2), 1000)
      .option("--images <n>", "test images that the answers are about", wholeNumber("--images", 1), 1000)
      .option(
        "--representation-images <n>",
        "test images of the representations",
        wholeNumber("--representation-images", 4, 2048),
        512,
      )
      .option(
        "--representation-sample <n>",
        "models at most for the representations",
        wholeNumber("--representation-sample", 2),
        200,
      )
      .option("--layers <list>", "logits and indices of layers: logits,3,11 (default: logits and activation layers)")
      .option("--similarities <list>", similarityNames.join(", "), listOf("--similarities", similarityNames), [
        ...defaultSimilarities,
      ])
      .option(
        "--neighbours <k>",
        "of an image, for mutual_neighbours (default: 10, or all others where there are fewer)",
        wholeNumber("--neighbours", 1),
      )
      .option("--bandwidth <factor>", "of the RBF kernel, in median distances", positive("--bandwidth"), 1)
      .option(
        "--align-models <n>",
        "models at most whose pairs are aligned, 0 for none (default: what takes ten seconds or so)",
        wholeNumber("--align-models", 0),
      )
      .option(
        "--restarts <n>",
        "random starts of each alignment besides incoming weights",
        wholeNumber("--restarts", 0),
        0,
      )
      .option("--no-signs", "align by permutations alone, without sign flips")
      .option("--tensors", "distances by tensor besides those by layer"),
  run: async (analysis, flags) => {
    const { seed, selection } = analysis;
    const models = drawModels(selection.models, flags.sample, seed);
    const epochs = flags.epochs === undefined ? selection.epochs.slice(-1) : selection.epochs;
    const options = optionsOf(flags, analysis.zoo.manifest.architecture);
    const found: DiversityFindings[] = [];
    const why = whyNotAsked(analysis.zoo.manifest.architecture);
    const wanted = flags.parts ?? (why === null ? partNames : (["weights"] as const));
    for (const name of wanted) {
      found.push(await parts[name](analysis, { models, epochs }, options));
    }
    return {
      kind: "diversity",
      parameters: {
        seed,
        epochs: [...epochs],
        parts: [...wanted],
        sample: flags.sample,
        images: flags.images,
        representation_images: flags.representationImages,
        representation_sample: flags.representationSample,
        layers: options.representation.layers.map(({ name }) => name),
        similarities: flags.similarities,
        neighbours: flags.neighbours ?? null,
        bandwidth: flags.bandwidth,
        align_models: flags.alignModels ?? null,
        restarts: flags.restarts,
        signs: flags.signs,
        tensors: flags.tensors ?? false,
      },
      definitions: [
        populationDefinition(analysis, models.length, epochs),
        ...(why === null || flags.parts !== undefined ? [] : [`Behaviour and representations: not measured; ${why}.`]),
        ...found.flatMap((part) => part.definitions),
      ],
      tables: found.flatMap((part) => part.tables),
      arrays: found.flatMap((part) => part.arrays),
    };
  },
};

function optionsOf(flags: DiversityFlags, architecture: Architecture): PartOptions {
  const { images, representationImages, representationSample, layers, similarities, neighbours, bandwidth } = flags;
  const { alignModels, restarts, signs, tensors = false } = flags;
  return {
    behaviour: { images },
    representation: {
      images: representationImages,
      sample: representationSample,
      layers: layers === undefined ? defaultLayers(architecture) : namedLayers(layers, architecture),
      similarities,
      bandwidth,
      ...(neighbours !== undefined && { neighbours }),
    },
    weights: { restarts, signs, tensors, ...(alignModels !== undefined && { alignModels }) },
  };
}

function populationDefinition({ selection }: Analysis, M: number, epochs: readonly number[]): string {
  const { models, excluded } = selection;
  const drawn = M === models.length ? `all ${M}` : `${M} of ${models.length}, drawn by the seed`;
  const left = excluded.length === 0 ? "none diverged" : `${excluded.length} that diverged left out`;
  return `Models: ${drawn}; ${left}. Epochs: ${epochs.join(", ")}.`;
}

function listOf<W extends string>(option: string, words: readonly W[]): (text: string) => W[] {
  return (text) => {
    const named = text.split(",").map((word) => word.trim());
    const unknown = named.find((word) => !(words as readonly string[]).includes(word));
    if (unknown !== undefined) throw misuse(option, `must be a list of ${words.join(", ")}`, unknown);
    return words.filter((word) => named.includes(word));
  };
}

function positive(option: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value > 0 && Number.isFinite(value)) return value;
    throw misuse(option, "must be a number above 0", text);
  };
}

function namedLayers(text: string, architecture: Architecture): AskedLayer[] {
  const all = layersOf(architecture);
  return text.split(",").map((word) => {
    const name = word.trim();
    const found = all.find((layer) => layer.name === name || String(layer.layer) === name);
    if (found !== undefined) return found;
    throw misuse("--layers", `must be "logits" or indices of layers, 0 to ${all.length - 1}`, name);
  });
}

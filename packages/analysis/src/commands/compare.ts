import { misuse, parseEpochs, plural, wholeNumber } from "@zoo/cli";
import type { Command } from "commander";
import { namesOf } from "../cli/column-lists.ts";
import type { PairCommand } from "../cli/pair-command.ts";
import { comparability } from "../comparison/comparability.ts";
import { metricQuantities } from "../comparison/compare-metrics.ts";
import { sharedGroups } from "../comparison/compare-quantities.ts";
import { type ModelPairs, modelPairs } from "../comparison/model-pairs.ts";
import type { Analysis } from "../node/analysis.ts";
import { zooDiversities } from "../node/zoo-diversities.ts";
import { groupingColumns } from "../performance/group-models.ts";
import { metricsOf } from "../performance/metric-matrix.ts";
import type { Result } from "../results/result.ts";
import {
  type ComparedPart,
  compareTrajectories,
  compareWeights,
  leftOut,
  noneStored,
  type PartQuestion,
  storedOf,
  tablesOf,
} from "./compare/quantity-parts.ts";

const partNames = ["metrics", "weights", "trajectories", "diversity"] as const;
type PartName = (typeof partNames)[number];

interface Options {
  of?: string;
  paired?: boolean;
  sample: number;
  images: number;
  metric?: string;
  by?: string;
  epochs?: string;
  where?: string;
  whereB?: string;
}

export const compare: PairCommand<Options> = {
  name: "compare",
  description: "zoo A against zoo B: metrics, weights, trajectories, diversity; tests, effect sizes, corrected p",
  options: (command: Command) =>
    command
      .option("--of <list>", `${partNames.join(",")} (default: all but diversity, which takes longer)`)
      .option("--metric <names>", "metrics: test_acc,ggap (default: all that both have)")
      .option("--by <columns>", "compare models with those that have the same values: activation,lr")
      .option("--paired", "also pair models of one id and recipe; twins and sources are paired anyway")
      .option(
        "--sample <n>",
        "diversity: models of each zoo at most, drawn by the seed",
        wholeNumber("--sample", 2),
        100,
      )
      .option("--images <n>", "diversity: test images", wholeNumber("--images", 1, 2048), 512),
  run: async (a, b, options) => await compareZoos(a, b, options),
};

async function compareZoos(a: Analysis, b: Analysis, options: Options): Promise<Result> {
  const comparable = comparability(a.zoo.manifest, b.zoo.manifest);
  const { measured, notes } = comparable;
  const shared = (of: (analysis: Analysis) => string[]): string[] => of(a).filter((name) => of(b).includes(name));
  const known = shared(({ zoo }) => metricsOf(zoo));
  const metrics = options.metric === undefined ? known : namesOf("--metric", options.metric, known);
  const columns = shared(({ zoo }) => groupingColumns(zoo));
  const by = options.by === undefined ? [] : namesOf("--by", options.by, columns);
  const epochs =
    options.epochs === undefined ? [measured[measured.length - 1]] : epochsOfBoth(options.epochs, a, b, measured);
  const { seed } = a;
  const of = options.of === undefined ? [] : (namesOf("--of", options.of, partNames) as PartName[]);
  const parts: readonly PartName[] = options.of === undefined ? ["metrics", "weights", "trajectories"] : of;
  const pairs = pairsOf(a, b, options.paired ?? false);
  const question = (part: PartName): PartQuestion => ({
    by,
    epochs: options.epochs === undefined ? undefined : epochs,
    comparability: comparable,
    pairs,
    named: of.includes(part),
  });
  const { pairs: groups, unmatched } = sharedGroups(a.selection.models, b.selection.models, by);
  if (groups.length === 0) {
    throw misuse("--by", "leaves no group that both zoos have; leave out a column", by.join(","));
  }
  const compareStored = async (): Promise<ComparedPart> => {
    const ofA = metricQuantities({ models: a.selection.models, table: await a.zoo.metrics() }, metrics, epochs);
    const ofB = metricQuantities({ models: b.selection.models, table: await b.zoo.metrics() }, metrics, epochs);
    return {
      definitions: [`Metrics as stored, after epoch ${epochs.join(", ")}; both measured ${measured.join(", ")}.`],
      tables: tablesOf(a, b, ofA, ofB, question("metrics")),
    };
  };
  const compared: Record<PartName, () => Promise<ComparedPart>> = {
    metrics: compareStored,
    weights: async () => await compareWeights(a, b, question("weights")),
    trajectories: async () => await compareTrajectories(a, b, question("trajectories")),
    diversity: async () => await compareDiversity(a, b, options, question("diversity")),
  };
  const found: ComparedPart[] = [];
  for (const name of partNames.filter((part) => parts.includes(part))) found.push(await compared[name]());
  const side = (name: string, { zoo, selection: { models, excluded } }: Analysis): string =>
    `${name}: ${zoo.manifest.title}, ${plural(models.length, "model")}, without ${excluded.length} that diverged.`;
  const same = a.zoo.sha256 === b.zoo.sha256;
  return {
    kind: "compare",
    parameters: {
      b: { name: b.zoo.manifest.name, sha256: b.zoo.sha256 },
      where: options.where ?? null,
      where_b: options.whereB ?? null,
      of: [...parts],
      paired: pairs !== undefined,
      metrics,
      by,
      epochs: [...epochs],
      sample: options.sample,
      images: options.images,
      seed,
      resamples: 2000,
      divisions: 4999,
      level: 0.95,
    },
    definitions: [
      side("A", a),
      side("B", b),
      ...found.flatMap(({ definitions }) => definitions),
      ...notes,
      ...(same && options.whereB === options.where
        ? ["A and B are the same models of one zoo: nothing can differ."]
        : []),
      ...(same && options.whereB !== options.where
        ? ["A and B are parts of one zoo; a model in both counts twice, and tests take them for independent."]
        : []),
      ...(pairs === undefined
        ? []
        : [
            `${pairs.rule} ${plural(pairs.ofA.length, "pair")}, all groups together. difference: 95 % by Student's t. Wilcoxon: zeros left out, exact up to 50 differences without ties. g and rank biserial: percentile bootstrap over pairs of models, 2000 resamples.`,
          ]),
      ...(unmatched.length === 0 ? [] : [`Groups that only one zoo has are left out: ${unmatched.join("; ")}.`]),
      "Tests are two-sided and take models for independent, but those of the tables of pairs. Holm's correction is over the rows of the table, for each test on its own.",
      "difference: 95 % by Welch's t. g and Cliff's delta: percentile bootstrap over both samples, 2000 resamples. Permutation test: 4999 random divisions, or all where there are fewer.",
    ],
    tables: found.flatMap(({ tables }) => tables),
    arrays: [],
  };
}

/** What `--epochs` names of the epochs that both measured; what one of them lacks is said of that one. */
function epochsOfBoth(text: string, a: Analysis, b: Analysis, shared: readonly number[]): number[] {
  for (const { path, zoo } of [a, b]) parseEpochs(text, zoo.measured, "--epochs", `${path} measured`);
  return parseEpochs(text, shared, "--epochs", "both zoos measured");
}

/** Models that correspond. Throws ZooError `misuse` where pairs were asked for and there are fewer than two. */
function pairsOf(a: Analysis, b: Analysis, asked: boolean): ModelPairs | undefined {
  const side = ({ zoo: { manifest, sha256 }, selection: { models } }: Analysis) => ({ manifest, sha256, models });
  const pairs = modelPairs(side(a), side(b), asked);
  const few = pairs === undefined || pairs.ofA.length < 2;
  if (asked && few)
    throw misuse(
      "--paired",
      "needs two models of A or more that correspond to models of B",
      String(pairs?.ofA.length ?? 0),
    );
  return few ? undefined : pairs;
}

async function compareDiversity(
  a: Analysis,
  b: Analysis,
  { sample, images }: Options,
  question: PartQuestion,
): Promise<ComparedPart> {
  const { stored, differentWeights } = question.comparability;
  const epoch = (storedOf(question) ?? stored).slice(-1)[0];
  if (epoch === undefined) return leftOut("diversity", noneStored(question), question);
  const { table, definitions } = await zooDiversities(a, b, { epoch, sample, images, differentWeights });
  return { tables: [table], definitions };
}

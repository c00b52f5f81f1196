import { misuse, plural } from "@zoo/cli";
import { ZooError } from "@zoo/format";
import type { Command } from "commander";
import type { AnalysisCommand } from "../cli/analysis-command.ts";
import { namesOf } from "../cli/column-lists.ts";
import {
  analyseHyperparameters,
  type HyperparameterEffects,
  type ImportanceByEpoch,
  importanceByEpoch,
} from "../hyperparameters/analyse.ts";
import { type Design, designOf } from "../hyperparameters/design.ts";
import { designLines, sharesLine } from "../hyperparameters/design-lines.ts";
import {
  combinationTable,
  importanceByEpochTable,
  importanceTable,
  levelTable,
  pairTable,
  varianceTable,
} from "../hyperparameters/effect-tables.ts";
import { effectColumns, isEstimable, MOST_EFFECTS } from "../hyperparameters/least-squares-anova.ts";
import type { Analysis } from "../node/analysis.ts";
import { groupingColumns } from "../performance/group-models.ts";
import { atEpoch, metricMatrix, metricsOf } from "../performance/metric-matrix.ts";
import type { Result } from "../results/result.ts";

interface Options {
  metric: string;
  factors?: string;
  epochs?: string;
}

const BEST = 5;

export const hyperparameters: AnalysisCommand<Options> = {
  name: "hyperparameters",
  description:
    "which hyperparameters, and pairs of them, made the models good: exact analysis of variance on full grids",
  options: (command: Command) =>
    command
      .option("--metric <names>", "metrics: test_acc,ggap", "test_acc")
      .option("--factors <columns>", "columns to compare (default: all hyperparameters that vary, without the seed)"),
  run: async (analysis, options) => await analyse(analysis, options),
};

async function analyse(analysis: Analysis, options: Options): Promise<Result> {
  const { zoo } = analysis;
  const { models, excluded, epochs } = analysis.selection;
  const metrics = namesOf("--metric", options.metric, metricsOf(zoo));
  const columns = groupingColumns(zoo).filter((name) => name !== "seed");
  const factors = options.factors === undefined ? undefined : namesOf("--factors", options.factors, columns);
  if (models.length < 2) {
    const message = `the effects of hyperparameters need 2 models or more, not ${plural(models.length, "model")}. Widen --where`;
    throw new ZooError("misuse", message, { option: "--where", value: String(models.length) });
  }
  refuseFineFactors(designOf(models, factors), factors);
  const table = await zoo.metrics();
  const chosen = options.epochs === undefined ? [table.lastEpoch] : epochs;
  const effects: HyperparameterEffects[] = [];
  const courses: ImportanceByEpoch[] = [];
  for (const [i, metric] of metrics.entries()) {
    analysis.progress("analysis of variance", i / metrics.length);
    const matrix = metricMatrix(table, models, metric);
    for (const epoch of chosen) {
      analysis.signal.throwIfAborted();
      const e = matrix.epochs.indexOf(epoch);
      if (atEpoch(matrix, e).filter((value) => Number.isFinite(value)).length < 2) continue;
      effects.push(analyseHyperparameters(models, matrix, e, factors));
    }
    if (matrix.values.every((value) => Number.isFinite(value)))
      courses.push(importanceByEpoch(models, matrix, factors));
  }
  if (effects.length === 0) {
    throw misuse(
      "--metric",
      `names what is not finite for 2 models or more after epoch ${chosen.join(", ")}`,
      options.metric,
    );
  }
  const lines = new Set(effects.flatMap((effect) => designLines(effect)));
  return {
    kind: "hyperparameters",
    parameters: { metrics, factors: factors ?? null, epochs: [...chosen] },
    definitions: [
      `Models: ${models.length}, without ${excluded.length} that diverged (a weight or loss that is not finite at some epoch). Epoch ${chosen.join(", ")}; metrics as stored.`,
      ...lines,
      sharesLine,
    ],
    tables: [
      importanceTable(effects),
      varianceTable(effects),
      levelTable(effects),
      combinationTable(effects, BEST),
      combinationTable(effects),
      pairTable(effects),
      importanceByEpochTable(courses),
    ],
    arrays: courses.flatMap(({ metric, epochs: all, factors: names, main, total, seed }) => [
      {
        name: `${metric}_main`,
        dtype: "F64" as const,
        data: main,
        shape: [all.length, names.length],
        axes: ["epoch", "factor"],
        description: `share of the variance of ${metric} by main effect of ${names.join(", ")}`,
      },
      {
        name: `${metric}_total`,
        dtype: "F64" as const,
        data: total,
        shape: [all.length, names.length],
        axes: ["epoch", "factor"],
        description: `the same by all terms of a factor`,
      },
      {
        name: `${metric}_seed`,
        dtype: "F64" as const,
        data: seed,
        shape: [all.length],
        axes: ["epoch"],
        description: `share of the variance of ${metric} that is the seed's alone`,
      },
    ]),
  };
}

/** A learning rate that is another one for each model is no factor with levels. */
function refuseFineFactors(design: Design, named: readonly string[] | undefined): void {
  if (isEstimable(design)) return;
  const most = design.factors.reduce((a, b) => (b.levels.length > a.levels.length ? b : a));
  throw misuse(
    "--factors",
    `would estimate ${effectColumns(design)} effects from ${plural(design.M, "model")}, at most ${MOST_EFFECTS} can be; ${most.name} alone has ${most.levels.length} values. Name coarser columns`,
    named?.join(",") ?? "all that vary",
  );
}

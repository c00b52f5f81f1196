import type { Command } from "commander";
import type { AnalysisCommand } from "../cli/analysis-command.ts";
import { namesOf } from "../cli/column-lists.ts";
import type { Analysis } from "../node/analysis.ts";
import { courseTable, modelTable } from "../performance/course-tables.ts";
import { failureDefinition, failureTable } from "../performance/failure-table.ts";
import { groupingColumns } from "../performance/group-models.ts";
import { metricsOf } from "../performance/metric-matrix.ts";
import { bandsTable, performanceTable } from "../performance/performance-tables.ts";
import { summarisePerformance } from "../performance/summarise.ts";
import type { Result } from "../results/result.ts";
import { evenSample } from "../statistics/samples.ts";

interface Options {
  by?: string;
  epochs?: string;
}

/** Epochs of the table of test accuracy, at most. */
const MOST_ROWS = 12;

export const summary: AnalysisCommand<Options> = {
  name: "summary",
  description: "how good the models are: accuracy, loss and ggap by epoch and group, and which models failed",
  options: (command: Command) =>
    command.option("--by <columns>", "divide the models by these columns: activation,lr (default: all together)"),
  run: async (analysis, options) => await summarise(analysis, options),
};

async function summarise(analysis: Analysis, options: Options): Promise<Result> {
  const { zoo, seed } = analysis;
  const { models, excluded, epochs } = analysis.selection;
  const by = options.by === undefined ? [] : namesOf("--by", options.by, groupingColumns(zoo));
  analysis.progress("metrics", 0);
  const table = await zoo.metrics();
  analysis.signal.throwIfAborted();
  const last = table.lastEpoch;
  const chosenEpochs = options.epochs === undefined ? [last] : epochs;
  const metrics = metricsOf(zoo);
  const performance = summarisePerformance(zoo, table, models, { by, metrics, seed, intervalsAt: chosenEpochs });
  const { bands, chosen, baseline } = performance;
  const rows = options.epochs === undefined ? evenSample(table.measured, MOST_ROWS) : epochs;
  const byEpoch = bands.filter(({ metric, epoch }) => metric === "test_acc" && rows.includes(epoch));
  return {
    kind: "summary",
    parameters: { by, epochs: [...chosenEpochs], seed, resamples: 2000, level: 0.95 },
    definitions: [
      `Models: ${models.length}, without ${excluded.length} that diverged (a weight or loss that is not finite at some epoch).`,
      `Metrics are those that the zoo stores, at ${table.measured.length} measured epochs, on ${baseline.images} test images; train_acc and train_loss are running means during the epoch.`,
      "Intervals: 95 %, percentile bootstrap over models, 2000 resamples. std has n - 1. Quantiles interpolate linearly.",
      "Best epoch: the first one with the greatest val_acc. min and max are over all measured epochs.",
      failureDefinition(baseline, last),
    ],
    tables: [
      failureTable(performance, excluded, by),
      performanceTable(
        chosen.map(({ band }) => band),
        chosen.map(({ interval }) => interval),
        `Metrics after epoch ${chosenEpochs.join(", ")}.`,
      ),
      { ...bandsTable(byEpoch, "test_acc", "Test accuracy by epoch."), long: false },
      courseTable(performance),
      bandsTable(bands),
      modelTable(models, performance),
    ],
    arrays: [],
  };
}

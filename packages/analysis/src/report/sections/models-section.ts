import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import { fraction, whole } from "../../results/columns.ts";
import { chart, extent, isNarrow, percents } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure, Section, ShownTable } from "../figure.ts";
import { measuredZoo } from "../measured-zoo.ts";
import {
  MOST_MODELS,
  namedModels,
  oddestOf,
  type ScoredModel,
  scoredModels,
  shownModels,
  together,
} from "../model-scores.ts";
import { category } from "../palette.ts";
import { idFor, modelAnchor, type ReportContext, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import { modelTable, namedTable } from "./model-tables.ts";

/** The best and the oddest models, and the table of all. */
export async function modelsSection({ zoos, signal }: ReportContext): Promise<Section> {
  const tables: ShownTable[] = [];
  const all: ShownTable[] = [];
  const figures: Figure[] = [];
  for (const from of zoos) {
    signal.throwIfAborted();
    const measured = await measuredZoo(from);
    const { last } = measured;
    const scored = scoredModels(measured);
    const named = namedModels(scored);
    const worth = named.map((one) => one.scored);
    tables.push(namedTable(from, named, last));
    all.push(modelTable(from, together(shownModels(scored), worth), last));
    figures.push(scatter(from, together(shownModels(scored), worth), last));
  }
  const most = zoos.reduce((sum, { analysis }) => Math.max(sum, analysis.selection.models.length), 0);
  return {
    id: "models",
    title: "The best and the oddest models",
    paragraphs: [
      "The best are those with the highest test accuracy at the last epoch. The oddest are farthest from the median of all, in robust standard deviations, in one of: final test accuracy, final test loss, generalisation gap, best epoch.",
    ],
    tables: [...tables, ...all],
    figures,
    definitions: [
      "Robust standard deviation: 1.4826 times the median absolute deviation from the median. A number in which half of the models agree makes none of them odd. Losses count as logarithms. Best epoch: the first one with the greatest validation accuracy.",
      ...(most > MOST_MODELS
        ? [
            `Tables and points show ${count(MOST_MODELS)} models, evenly spaced by id, besides the best and the oddest; \`zoo-analysis query\` has all.`,
          ]
        : []),
    ],
  };
}

function scatter(from: ReportZoo, scored: readonly ScoredModel[], last: number): Figure {
  const points = scored.map(({ model: { id }, course: { lastTest, lastGgap } }) => ({
    id,
    acc: lastTest,
    ggap: lastGgap,
  }));
  const odd = new Set(oddestOf(scored).map(({ model: { id } }) => id));
  const id = idFor(from, "accuracy-and-gap");
  return {
    id,
    row: "accuracy-and-gap",
    title: titleFor(from, "Accuracy and generalisation gap of every model"),
    says: `${count(scored.length)} models at epoch ${last}; circles mark the oddest.`,
    howToRead:
      "Right is better on the test images, high is better on the training images than on those; a click leads to the model's row.",
    command: `zoo-analysis query ${from.folder} "select model, test_acc, ggap from metrics where epoch = ${last}"`,
    table: {
      name: tableName(id),
      caption: `Test accuracy and generalisation gap at epoch ${last}.`,
      columns: [
        whole("model", "Id"),
        fraction("test_acc", "Test accuracy"),
        fraction("ggap", "Training minus test accuracy"),
      ],
      rows: points.map(({ id, acc, ggap }) => [id, acc, ggap]),
    },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 300 : 400,
        marginTop: 30,
        x: {
          label: "test accuracy (%)",
          domain: percents(extent(points.map(({ acc }) => acc))),
          percent: true,
          grid: true,
          nice: true,
        },
        y: {
          label: "training minus test accuracy (points)",
          domain: percents(extent(points.map(({ ggap }) => ggap))),
          percent: true,
          grid: true,
          nice: true,
        },
        marks: [
          Plot.dot(points, {
            x: "acc",
            y: "ggap",
            r: points.length > 300 ? 2.5 : 3.5,
            fill: category(0),
            fillOpacity: 0.55,
            title: ({ id: model, acc, ggap }) =>
              tip(`model ${model}: test ${percent(acc)}, gap ${percent(ggap)}`, modelAnchor(from, model)),
          }),
          Plot.dot(points, {
            filter: ({ id: model }: { id: number }) => odd.has(model),
            x: "acc",
            y: "ggap",
            r: 7,
            stroke: category(1),
            strokeWidth: 1.5,
          }),
        ],
      }),
  };
}

import * as Plot from "@observablehq/plot";
import { percent } from "@zoo/cli";
import { groupModels } from "../../performance/group-models.ts";
import { type MetricBand, metricBands } from "../../performance/metric-bands.ts";
import { bandsTable } from "../../performance/performance-tables.ts";
import { evenSample } from "../../statistics/samples.ts";
import { chart, isNarrow, type LegendItem } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { category, sequence } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { ZooEffects } from "./zoo-effects.ts";

interface Row extends MetricBand {
  color: string;
  /** Where its interval is drawn: beside the epoch, so that those of several values do not hide each other. */
  at: number;
}

/** Epochs that have intervals. */
const INTERVALS = 9;

/** Test accuracy over epochs for each value of the most important hyperparameter. */
export function levelsOverEpochsFigure({ from, matrix, effects }: ZooEffects): Figure {
  const { models } = from.analysis.selection;
  const { epochs } = matrix;
  const name = effects.anova.importance[0].factor;
  const groups = groupModels(models, [name]);
  const ordered = groups.length > 2 && groups.every(({ values: [level] }) => typeof level === "number");
  const color = (g: number): string => (ordered ? sequence(g / (groups.length - 1)) : category(g));
  const bands = metricBands(matrix, groups);
  const last = epochs[epochs.length - 1];
  const gap = (last - epochs[0]) / (INTERVALS * (groups.length + 2));
  const rows = bands.map((band): Row => {
    const g = groups.findIndex(({ label }) => label === band.group);
    return { ...band, color: color(g), at: band.epoch + (g - (groups.length - 1) / 2) * gap };
  });
  const shown = evenSample(epochs, INTERVALS);
  const final = rows.filter(({ epoch }) => epoch === last);
  const [best, worst] = [1, -1].map((sign) => final.reduce((a, b) => (sign * (b.median - a.median) > 0 ? b : a)));
  const id = idFor(from, "levels-over-epochs");
  return {
    id,
    row: "levels-over-epochs",
    title: titleFor(from, `Test accuracy over epochs by ${name}`),
    says: `At epoch ${last} the median is ${percent(best.median)} with ${best.group} and ${percent(worst.median)} with ${worst.group}.`,
    howToRead:
      "A line is the median over all models with that value, the thin upright lines the middle half of them: lines apart mean that the value decides, whatever the seed and the other hyperparameters.",
    command: `zoo-analysis summary ${from.folder} --by ${name}`,
    table: bandsTable(bands, tableName(id), `Test accuracy by ${name} and epoch.`),
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 280 : 360,
        x: { label: "epoch" },
        y: { percent: true, label: "test accuracy (%)", grid: true, nice: true },
        legend: groups.map(({ label }, g): LegendItem => ({ label, color: color(g), mark: "line" })),
        marks: [
          Plot.ruleX(rows, {
            filter: ({ epoch }: Row) => shown.includes(epoch),
            x: "at",
            y1: "q25",
            y2: "q75",
            stroke: "color",
            strokeWidth: 1.25,
          }),
          Plot.lineY(rows, { x: "epoch", y: "median", z: "group", stroke: "color", strokeWidth: 2.25 }),
          Plot.dot(rows, {
            x: "epoch",
            y: "median",
            r: 5,
            fill: "color",
            fillOpacity: 0,
            title: ({ group, epoch, median, q25, q75 }: Row) =>
              tip(
                `${group}, epoch ${epoch}: median ${percent(median)}, half of the models from ${percent(q25)} to ${percent(q75)}`,
              ),
          }),
        ],
      }),
  };
}

import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import { evenSample } from "../../statistics/samples.ts";
import { chart, isNarrow } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import type { MeasuredZoo } from "../measured-zoo.ts";
import { sequence } from "../palette.ts";
import { idFor, modelAnchor, titleFor } from "../report-context.ts";
import { curvesTable } from "./accuracy-tables.ts";

/** Individual curves that a figure can carry. */
const CURVES = 60;

/** Test accuracy of single models over epochs. */
export function learningCurvesFigure(one: MeasuredZoo): Figure {
  const { from, table, last } = one;
  const sample = sampleOf(one);
  const points = sample.flatMap(({ id, rank }) =>
    table.measured.map((epoch) => ({ id, rank, epoch, acc: table.value(id, epoch, "test_acc") })),
  );
  const total = from.analysis.selection.models.length;
  const id = idFor(from, "learning-curves");
  return {
    id,
    row: "learning-curves",
    title: titleFor(from, "Learning curves of single models"),
    says: `${sample.length === total ? `All ${total}` : `${sample.length} of ${count(total)}`} models, coloured by their rank in final test accuracy.`,
    howToRead:
      "Curves that cross mean that an early lead does not decide the end; click the end of a curve for its model.",
    command: `zoo-analysis query ${from.folder} "select model, epoch, test_acc from metrics"`,
    table: curvesTable(id, sample, table),
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 260 : 340,
        x: { label: "epoch" },
        y: { percent: true, label: "test accuracy (%)", grid: true },
        legend: [{ label: "rank in final accuracy", from: "worst", to: "best", mark: "ramp" }],
        marks: [
          Plot.line(points, {
            x: "epoch",
            y: "acc",
            z: "id",
            stroke: ({ rank }) => sequence(rank),
            strokeWidth: 1,
            strokeOpacity: 0.8,
          }),
          Plot.dot(
            points.filter(({ epoch }) => epoch === last),
            {
              x: "epoch",
              y: "acc",
              r: 2.5,
              fill: ({ rank }) => sequence(rank),
              title: ({ id: model, acc }) =>
                tip(`model ${model}: ${percent(acc)} at epoch ${last}`, modelAnchor(from, model)),
            },
          ),
        ],
      }),
  };
}

/** Some models, evenly spaced in the order of final accuracy, worst and best included; rank in [0, 1]. */
function sampleOf({ from, performance: { courses } }: MeasuredZoo): { id: number; rank: number }[] {
  const ranked = from.analysis.selection.models
    .map(({ id }, m) => ({ id, acc: courses[m].lastTest }))
    .sort((a, b) => a.acc - b.acc || a.id - b.id)
    .map(({ id }, i, { length }) => ({ id, rank: length === 1 ? 1 : i / (length - 1) }));
  return evenSample(ranked, CURVES);
}

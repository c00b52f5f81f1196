import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import { chart, extent, isNarrow, percents } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import type { MeasuredZoo } from "../measured-zoo.ts";
import { category } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { finalTable } from "./accuracy-tables.ts";

const BINS = 40;

const finalAccuracies = ({ performance: { courses } }: MeasuredZoo): number[] =>
  courses.map(({ lastTest }) => lastTest);

/** A histogram of final test accuracy, with the bins of all zoos. */
export function finalAccuracyFigure(one: MeasuredZoo, all: readonly MeasuredZoo[]): Figure {
  const { from, last } = one;
  const values = finalAccuracies(one);
  const [low, high] = extent(all.flatMap(finalAccuracies));
  const width = Math.max((high - low) / BINS, 1e-4);
  const bins = Array.from({ length: BINS }, (_, i) => ({
    from: low + i * width,
    to: low + (i + 1) * width,
    models: 0,
  }));
  for (const value of values) bins[Math.min(BINS - 1, Math.floor((value - low) / width))].models++;
  const fullest = bins.reduce((a, b) => (b.models > a.models ? b : a));
  const id = idFor(from, "final-accuracy");
  return {
    id,
    row: "final-accuracy",
    title: titleFor(from, "Final test accuracy"),
    says: `Most models lie around ${percent((fullest.from + fullest.to) / 2)} at epoch ${last}: ${count(fullest.models)} of ${count(values.length)} in the fullest bin.`,
    howToRead: "One peak means one kind of outcome; a second one far to the left is a group that did not learn.",
    command: `zoo-analysis query ${from.folder} "select model, test_acc from metrics where epoch = ${last}"`,
    table: finalTable(id, bins),
    draw: (size) =>
      chart({
        width: size,
        height: isNarrow(size) ? 220 : 260,
        x: { label: `test accuracy at epoch ${last} (%)`, domain: percents([low, low + BINS * width]), percent: true },
        y: { label: "models", grid: true },
        marks: [
          Plot.rectY(bins, {
            x1: "from",
            x2: "to",
            y: "models",
            fill: category(0),
            fillOpacity: 0.85,
            insetLeft: 0.5,
            insetRight: 0.5,
            title: (bin) => tip(`${percent(bin.from)} to ${percent(bin.to)}: ${count(bin.models)} models`),
          }),
          Plot.ruleY([0]),
        ],
      }),
  };
}

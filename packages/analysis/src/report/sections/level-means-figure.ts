import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import { levelTable } from "../../hyperparameters/effect-tables.ts";
import type { LevelMean } from "../../hyperparameters/effects.ts";
import { chart, extent, isNarrow, percents } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { category } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { ZooEffects } from "./zoo-effects.ts";

const ROW = 20;
/** Rows between two hyperparameters. */
const GAP = 0.6;

/** Mean final test accuracy with each value of each hyperparameter, with its interval. */
export function levelMeansFigure({ from, effects }: ZooEffects): Figure {
  const { anova, levels, epoch } = effects;
  const order = anova.importance.map(({ factor }) => factor);
  const of = (factor: string): LevelMean[] => levels.filter((level) => level.factor === factor);
  const best = of(order[0]).reduce((a, b) => (b.mean > a.mean ? b : a));
  const { rows, heads, end } = placed(order.map(of));
  const id = idFor(from, "main-effects");
  return {
    id,
    row: "main-effects",
    title: titleFor(from, "Final test accuracy by hyperparameter"),
    says: `${order[0]} matters most; its best value is ${best.level}, with ${percent(best.mean)} on average over ${count(best.models)} models.`,
    howToRead:
      "A point is the mean of all models with that value, its line the 95 % interval where the other hyperparameters stay as they are and seeds are drawn again.",
    command: `zoo-analysis hyperparameters ${from.folder}`,
    table: { ...levelTable([effects]), name: tableName(id) },
    draw: (width) =>
      chart({
        width,
        height: 60 + ROW * (end + GAP),
        marginTop: 8,
        marginLeft: 112,
        x: {
          label: `test accuracy at epoch ${epoch} (%)`,
          percent: true,
          grid: true,
          domain: percents(extent(levels.flatMap(({ low, mean, high }) => [low, mean, high]))),
          nice: true,
        },
        y: { domain: [-GAP, end], axis: null, reverse: true },
        marks: [
          Plot.ruleY(rows, {
            filter: ({ low }: LevelMean) => Number.isFinite(low),
            y: "at",
            x1: "low",
            x2: "high",
            stroke: category(0),
            strokeOpacity: 0.6,
            strokeWidth: 2,
          }),
          Plot.dot(rows, {
            x: "mean",
            y: "at",
            r: isNarrow(width) ? 4 : 4.5,
            fill: category(0),
            title: ({ factor, level, mean, low, high, models }: LevelMean) =>
              tip(
                `${factor} ${level}: ${percent(mean)}${Number.isNaN(low) ? "" : `, ${percent(low)} to ${percent(high)}`}, ${count(models)} models`,
              ),
          }),
          Plot.text(rows, {
            y: "at",
            text: ({ level }: LevelMean) => String(level),
            frameAnchor: "left",
            textAnchor: "end",
            dx: -10,
          }),
          Plot.text(heads, {
            y: "at",
            text: "factor",
            frameAnchor: "left",
            textAnchor: "end",
            dx: -10,
            fontWeight: 700,
          }),
        ],
      }),
  };
}

/** A row is a value; the rows of a hyperparameter stand together under its name. */
function placed(factors: readonly LevelMean[][]) {
  const rows: (LevelMean & { at: number })[] = [];
  const heads: { factor: string; at: number }[] = [];
  let at = 0;
  for (const levels of factors) {
    heads.push({ factor: levels[0].factor, at });
    for (const [i, level] of levels.entries()) rows.push({ ...level, at: at + 1 + i });
    at += levels.length + 1 + GAP;
  }
  return { rows, heads, end: at - GAP - 0.2 };
}

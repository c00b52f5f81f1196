import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import { pairTable } from "../../hyperparameters/effect-tables.ts";
import type { PairMean } from "../../hyperparameters/effects.ts";
import { chart, extent, isNarrow } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { sequence } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { ZooEffects } from "./zoo-effects.ts";

/** A heatmap of final test accuracy by the two hyperparameters that interact most; null where there is one alone. */
export function pairFigure({ from, effects }: ZooEffects): Figure | null {
  const terms = effects.anova.terms.filter(({ factors, eta2 }) => factors.length === 2 && !Number.isNaN(eta2));
  if (terms.length === 0) return null;
  const strongest = terms.reduce((a, b) => (b.eta2 > a.eta2 ? b : a));
  const [a, b] = strongest.factors;
  const pairs = effects.pairs.filter(({ factors }) => factors[0] === a && factors[1] === b);
  const filled = pairs.filter(({ models }) => models > 0);
  const [low, high] = extent(filled.map(({ mean }) => mean));
  const best = filled.reduce((one, other) => (other.mean > one.mean ? other : one));
  const rows = [...new Set(pairs.map(({ levels }) => String(levels[0])))];
  const columns = [...new Set(pairs.map(({ levels }) => String(levels[1])))];
  const id = idFor(from, "strongest-pair");
  return {
    id,
    row: "strongest-pair",
    title: titleFor(from, `Final test accuracy by ${a} and ${b}`),
    says: `This pair interacts most, with ${percent(strongest.eta2)} of the variance; the best mean is ${percent(best.mean)}, with ${a} ${best.levels[0]} and ${b} ${best.levels[1]}.`,
    howToRead:
      "A cell is the mean over all models with both values: where the order of a row's cells differs from that of the others, the best value of one hyperparameter depends on the other.",
    command: `zoo-analysis hyperparameters ${from.folder} --json`,
    table: { ...pairTable([{ ...effects, pairs }]), name: tableName(id) },
    draw: (width) =>
      chart({
        width,
        height: 110 + (isNarrow(width) ? 32 : 40) * rows.length,
        marginTop: 28,
        marginLeft: 112,
        padding: 0.04,
        x: {
          label: b,
          domain: columns,
          type: "band",
          ...(columns.length > 6 && isNarrow(width) ? { tickRotate: -40 } : {}),
        },
        y: { label: a, domain: rows, type: "band", tickFormat: (level: string) => level },
        legend: [{ label: "mean", from: percent(low), to: percent(high), mark: "ramp" }],
        marks: [
          Plot.cell(pairs, {
            x: ({ levels }: PairMean) => String(levels[1]),
            y: ({ levels }: PairMean) => String(levels[0]),
            fill: ({ mean }: PairMean) => sequence((mean - low) / (high - low)),
            title: ({ levels, mean, models }: PairMean) =>
              tip(`${a} ${levels[0]}, ${b} ${levels[1]}: ${percent(mean)}, ${count(models)} models`),
          }),
          Plot.text(pairs, {
            filter: ({ models }: PairMean) => models > 0 && (!isNarrow(width) || columns.length <= 5),
            x: ({ levels }: PairMean) => String(levels[1]),
            y: ({ levels }: PairMean) => String(levels[0]),
            text: ({ mean }: PairMean) => (100 * mean).toFixed(1),
            fill: "var(--ink)",
            stroke: "var(--paper)",
            strokeWidth: 3,
          }),
        ],
      }),
  };
}

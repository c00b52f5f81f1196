import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import { spectrumTable } from "../../maps/embedding-tables.ts";
import { chart, extent, isNarrow, percents } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { category } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { MapSurvey } from "./map-survey.ts";

/** Shares that are drawn: none of 0, which a logarithm has no place for. */
const sharesOf = ({ embedding: { pca } }: MapSurvey): number[] =>
  Array.from(pca.ratio).filter((ratio) => ratio > 1e-12);

/** Variance along the principal components at the last epoch, with the dimensions; null without variance. */
export function spectrumFigure(one: MapSurvey, all: readonly MapSurvey[]): Figure | null {
  const { from, epoch, embedding, dimension } = one;
  const shares = sharesOf(one);
  if (shares.length === 0) return null;
  const everyone = all.flatMap(sharesOf);
  const [low, high] = extent(everyone);
  const log = high / low > 20;
  const most = Math.max(...all.map((other) => sharesOf(other).length));
  const ratio = dimension.participationRatio;
  const ten = Math.min(10, shares.length);
  const together = shares.slice(0, ten).reduce((a, b) => a + b, 0);
  const rows = shares.map((share, i) => ({ component: i + 1, share }));
  const twonn = Number.isNaN(dimension.dimension)
    ? "TwoNN is not defined here"
    : `TwoNN gives ${number(dimension.dimension)} (95 % interval ${number(dimension.low)} to ${number(dimension.high)})`;
  const id = idFor(from, "spectrum");
  return {
    id,
    row: "spectrum",
    title: titleFor(from, "Variance along principal components"),
    says: `At epoch ${epoch} the first ${ten} components hold ${percent(together)} of the variance; the participation ratio is ${number(ratio)}, of at most ${count(dimension.models - 1)}, and ${twonn}.`,
    howToRead: `A flat line means that models differ in all directions alike, a steep one that few directions tell them apart${ratio <= most ? "; the dashed line is the participation ratio, which counts the directions that matter" : ""}.`,
    command: `zoo-analysis embed ${from.folder}`,
    table: { ...spectrumTable(embedding), name: tableName(id), long: false },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 240 : 300,
        x: {
          label: "component",
          domain: [0.5, Math.max(most, 2) + 0.5],
          ticks: isNarrow(width) ? 5 : 10,
          tickFormat: whole,
        },
        y: {
          label: "share of the variance (%)",
          percent: true,
          grid: true,
          ...(log
            ? { type: "log", domain: percents([low, high]), nice: true, ticks: 4, tickFormat: plain }
            : { domain: percents([0, high]), nice: true }),
        },
        legend: [
          { label: "component", color: category(0), mark: "dot" },
          ...(ratio <= most ? [{ label: "participation ratio", color: category(1), mark: "dash" } as const] : []),
        ],
        marks: [
          ...(ratio <= most
            ? [Plot.ruleX([ratio], { stroke: category(1), strokeWidth: 2, strokeDasharray: "4 3" })]
            : []),
          Plot.line(rows, { x: "component", y: "share", stroke: category(0), strokeWidth: 1.25 }),
          Plot.dot(rows, {
            x: "component",
            y: "share",
            r: 3,
            fill: category(0),
            title: ({ component, share }) => tip(`component ${component}: ${percent(share)} of the variance`),
          }),
        ],
      }),
  };
}

const number = (value: number): string => (value < 100 ? value.toPrecision(3) : count(Math.round(value)));
const whole = (value: number): string => (Number.isInteger(value) ? String(value) : "");
const plain = (value: number): string => (value < 1e-3 ? value.toExponential(0) : String(Number(value.toPrecision(2))));

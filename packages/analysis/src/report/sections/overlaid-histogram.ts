import * as Plot from "@observablehq/plot";
import { percent } from "@zoo/cli";
import { fraction, number } from "../../results/columns.ts";
import type { ResultTable } from "../../results/result.ts";
import { mean as meanOf } from "../../statistics/moments.ts";
import { quantilesOf } from "../../statistics/quantiles.ts";
import { chart, isNarrow, percents } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import { type Bin, type Bins, sharesOf } from "../pair-bins.ts";
import { category } from "../palette.ts";

/** Pairs of models, or models, as bars, and another distribution of the same quantity as an outline over them. */
export interface Overlaid {
  bars: { name: string; values: Float64Array };
  outline: { name: string; values: Float64Array; dashed: boolean } | null;
  bins: Bins;
  /** Of the x axis. */
  label: string;
  /** Whether values are fractions, shown as per cent. */
  fraction: boolean;
  /** What is counted; pairs unless given. */
  what?: string;
}

/** Beside an outline so much higher than the bars these could not be seen. */
const PEAKED = 2;

export function isPeaked(of: Overlaid): boolean {
  const shares = binsOf(of).map((bin) => bin.shares);
  const top = (series: number): number => Math.max(...shares.map((bin) => bin[series] ?? 0));
  return top(1) > PEAKED * top(0);
}

/** atMean: the outline's distribution is drawn as a line at its mean, with its middle 90 % as a band. */
export function overlaidHistogram(
  { bars, outline, bins, label, fraction, what = "pairs" }: Overlaid,
  atMean = false,
): (width: number) => string {
  const rows = binsOf({ bars, outline, bins });
  const { edges } = bins;
  const domain: [number, number] = [edges[0], edges[edges.length - 1]];
  const show = (value: number): string => (fraction ? percent(value) : value.toPrecision(3));
  const said = ({ from, to, shares }: Bin): string =>
    `${show(from)} to ${show(to)}: ${percent(shares[0])} of the ${what}${outline === null ? "" : `; ${outline.name}: ${percent(shares[1])}`}`;
  return (width) =>
    chart({
      width,
      height: isNarrow(width) ? 240 : 280,
      x: {
        label,
        ...(fraction ? { domain: percents(domain), percent: true } : { domain }),
        ...(fraction ? {} : { tickFormat: short }),
        ...(bins.log ? { type: "log", ticks: isNarrow(width) ? 3 : 5 } : {}),
      },
      y: { label: `${what} (%)`, percent: true, grid: true },
      legend: [
        { label: bars.name, color: category(0), mark: "band" },
        ...(outline === null
          ? []
          : [
              {
                label: atMean ? `${outline.name} (mean, 90 % of ${what})` : outline.name,
                color: category(1),
                mark: outline.dashed ? ("dash" as const) : ("line" as const),
              },
            ]),
      ],
      marks: [
        Plot.rectY(rows, {
          filter: ({ shares }: Bin) => shares[0] > 0,
          x1: "from",
          x2: "to",
          y: ({ shares }: Bin) => shares[0],
          fill: category(0),
          fillOpacity: 0.4,
          insetLeft: 0.5,
          insetRight: 0.5,
          title: (bin: Bin) => tip(said(bin)),
        }),
        ...(outline === null ? [] : atMean ? meanMarks(outline) : outlineMarks(rows, outline)),
        Plot.ruleY([0]),
      ],
    });
}

type Outline = NonNullable<Overlaid["outline"]>;

const strokeOf = ({ dashed }: Outline): object => ({
  stroke: category(1),
  strokeWidth: 1.75,
  ...(dashed ? { strokeDasharray: "4 3" } : {}),
});

const outlineMarks = (rows: readonly Bin[], outline: Outline): Plot.Markish[] => [
  Plot.line(outlineOf(rows), { x: "0", y: "1", ...strokeOf(outline) }),
];

function meanMarks(outline: Outline): Plot.Markish[] {
  const [low, high] = quantilesOf(outline.values, [0.05, 0.95]);
  return [
    Plot.rectX([{ low, high }], { x1: "low", x2: "high", fill: category(1), fillOpacity: 0.15 }),
    Plot.ruleX([meanOf(outline.values)], strokeOf(outline)),
  ];
}

/** The numbers behind it; bins that are empty are left out. */
export function overlaidTable(name: string, caption: string, of: Overlaid): ResultTable {
  const edge = of.fraction ? fraction : number;
  const share = (name: string) => fraction(name, `Share of ${of.what ?? "pairs"}`);
  return {
    name,
    caption: `${caption}; empty bins are left out.`,
    columns: [
      edge("from", "Lower edge of the bin"),
      edge("to", "Upper edge"),
      share(of.bars.name),
      ...(of.outline === null ? [] : [share(of.outline.name)]),
    ],
    rows: binsOf(of)
      .filter(({ shares }) => shares.some((share) => share > 0))
      .map(({ from, to, shares }) => [from, to, ...shares]),
  };
}

const binsOf = ({ bars, outline, bins }: Pick<Overlaid, "bars" | "outline" | "bins">): Bin[] =>
  sharesOf(bins, outline === null ? [bars.values] : [bars.values, outline.values]);

/** Along the tops of the second series, down to 0 at both ends. */
function outlineOf(rows: readonly Bin[]): [number, number][] {
  const tops = rows.flatMap(({ from, to, shares }): [number, number][] => [
    [from, shares[1]],
    [to, shares[1]],
  ]);
  return [[rows[0].from, 0], ...tops, [rows[rows.length - 1].to, 0]];
}

/** 0.1, 10, 10k. */
export function short(value: number): string {
  if (value < 1e3) return String(Number(value.toPrecision(3)));
  return value < 1e6 ? `${value / 1e3}k` : value.toExponential(0);
}

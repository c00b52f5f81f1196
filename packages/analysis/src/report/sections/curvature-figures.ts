import * as Plot from "@observablehq/plot";
import { densityGrid, spectralDensity } from "../../landscape/spectral-density.ts";
import { number, whole, word } from "../../results/columns.ts";
import { chart, extent, isNarrow, type LegendItem } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { category } from "../palette.ts";
import { idFor, modelAnchor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import { asked, DENSITY, type LandscapeModel, type LandscapeSurvey } from "./landscape-survey.ts";

/** The command with the options of the chapter. */
export const landscapeCommand = ({ from, activation, among }: LandscapeSurvey, part: string): string => {
  const only = among === from.analysis.selection.models.length ? "" : ` --where "activation = ${activation}"`;
  return `zoo-analysis landscape ${from.folder}${only} --parts ${part} --images ${asked.images} --lanczos-steps ${asked.lanczosSteps} --bezier-steps ${asked.bezierSteps}`;
};

/** "the best", with "model" where it stands alone. */
export const called = ({ role, row }: LandscapeModel): string => `${role} (model ${row.id})`;

export const modelLegend = (models: readonly LandscapeModel[], mark: "line" | "dot"): LegendItem[] =>
  models.map((model, i): LegendItem => ({ label: called(model), color: category(i), mark }));

export const short = (value: number): string =>
  Number.isNaN(value) ? "n/a" : Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

/** "1 for the best, 2 for the median and 3 for the worst" */
export const byModel = (models: readonly LandscapeModel[], of: (m: number) => string): string => {
  const all = models.map(({ role, row }, m) => `${of(m)} for ${role === "only" ? `model ${row.id}` : `the ${role}`}`);
  return all.length === 1 ? all[0] : `${all.slice(0, -1).join(", ")} and ${all[all.length - 1]}`;
};

/** Widens an axis so that marks at its ends are not cut. */
const wider = ([low, high]: [number, number], share = 0.04): [number, number] => [
  low - share * (high - low),
  high + share * (high - low),
];

interface End {
  place: string;
  model: LandscapeModel;
  m: number;
  value: number;
  bound: number;
}

const SMALLEST = "least";

function endsOf({ models, eigenvalues }: LandscapeSurvey): End[] {
  return eigenvalues.flatMap(({ largest, largestBounds, smallest, smallestBounds, noise }, m) => {
    const end = (place: string, value: number, bound: number): End[] =>
      Number.isFinite(value) ? [{ place, m, model: models[m], value, bound: bound + noise }] : [];
    const tops = Array.from(largest).flatMap((value, i) => end(String(i + 1), value, largestBounds[i]));
    return [...tops, ...end(SMALLEST, smallest[0], smallestBounds[0])];
  });
}

/** Linear where models are alike; where their largest eigenvalues differ many times, logarithmic on both sides of 0. */
function curvatureAxis([low, high]: [number, number], all: readonly LandscapeSurvey[]): object {
  const tops = all.flatMap(({ eigenvalues }) => eigenvalues.map(({ largest }) => Math.abs(largest[0])));
  const [least, most] = extent(tops.filter((top) => top > 0));
  if (!(most > 20 * least)) return { domain: wider([low, high]), tickFormat: short };
  const constant = 10 ** Math.floor(Math.log10(least));
  const decades = Array.from({ length: Math.ceil(Math.log10(most / constant)) + 1 }, (_, i) => constant * 10 ** i);
  const ticks = [...decades.map((tick) => -tick), 0, ...decades].filter((tick) => tick >= 2 * low && tick <= 2 * high);
  return { type: "symlog", constant, domain: [2 * low, 2 * high], ticks, tickFormat: short };
}

/** The ends of the Hessian's spectrum with their bounds. */
export function eigenvaluesFigure(one: LandscapeSurvey, all: readonly LandscapeSurvey[]): Figure {
  const { from, models, eigenvalues } = one;
  const rows = endsOf(one);
  const domain = extent([
    0,
    ...all.flatMap((other) => endsOf(other).flatMap(({ value, bound }) => [value - bound, value + bound])),
  ]);
  const places = [...Array.from({ length: asked.top }, (_, i) => String(i + 1)), SMALLEST];
  const id = idFor(from, "hessian-eigenvalues");
  const worst = Math.max(
    ...rows.map(
      ({ bound, model: { row } }) =>
        bound / Math.abs(rows.find((other) => other.model.row.id === row.id)?.value ?? Number.NaN),
    ),
  );
  return {
    id,
    row: one.from.key === "" ? "curvature" : "hessian-eigenvalues",
    title: titleFor(from, "Curvature: Hessian eigenvalues"),
    says: `The largest eigenvalue is ${byModel(models, (m) => short(eigenvalues[m].largest[0]))}; the least is ${byModel(models, (m) => short(eigenvalues[m].smallest[0]))}; bounds are at most ${short(100 * worst)} % of the largest.`,
    howToRead:
      "Each dot is the curvature along one direction, with a bar as far as it may be off; large ones are steep walls, and a least one below 0 is a direction in which the loss still falls.",
    command: landscapeCommand(one, "curvature"),
    table: {
      name: tableName(id),
      caption: "Hessian eigenvalues at the ends of the spectrum.",
      columns: [
        whole("model", "Id"),
        word("which", "1 is the largest"),
        number("value", "Eigenvalue"),
        number("bound", "An eigenvalue is no farther away: bound and noise"),
      ],
      rows: rows.map(({ model, place, value, bound }) => [model.row.id, place, value, bound]),
    },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 260 : 320,
        x: { type: "band", domain: places, label: "eigenvalue, by size" },
        y: { label: "curvature", grid: true, ...curvatureAxis(domain, all) },
        legend: modelLegend(models, "dot"),
        marks: [
          Plot.ruleY([0], { strokeOpacity: 0.5 }),
          ...models.flatMap((_, m) => {
            const own = rows.filter((row) => row.m === m);
            const dx = (m - (models.length - 1) / 2) * (isNarrow(width) ? 9 : 14);
            return [
              Plot.ruleX(own, {
                x: "place",
                dx,
                y1: ({ value, bound }: End) => value - bound,
                y2: ({ value, bound }: End) => value + bound,
                stroke: category(m),
                strokeWidth: 2,
              }),
              Plot.dot(own, {
                x: "place",
                dx,
                y: "value",
                r: 4,
                fill: category(m),
                title: ({ model, place, value, bound }: End) =>
                  tip(
                    `${called(model)}, ${place === SMALLEST ? "least eigenvalue" : `eigenvalue ${place}`}: ${short(value)}, at most ${short(bound)} off`,
                    modelAnchor(from, model.row.id),
                  ),
              }),
            ];
          }),
        ],
      }),
  };
}

/** Every this many places of a curve are in the table. */
const TABLE_STEP = 10;
/** Densities below this share of the highest are not drawn. */
const FLOOR = 1e-5;

function curvesOf({ models, spectra }: LandscapeSurvey) {
  return spectra.map((spectrum, m) => {
    const { grid, sigma } = densityGrid(spectrum, DENSITY.grid, DENSITY.share);
    const density = spectralDensity(spectrum, grid, sigma);
    const largest = spectrum.nodes.reduce((most, node) => Math.max(most, Math.abs(node)), 0);
    const unit = largest > 0 ? largest : 1;
    const points = Array.from(grid, (value, i) => ({
      x: value / unit,
      y: density[i] * unit,
      value,
      density: density[i],
    })).filter(({ x, y }) => Number.isFinite(x + y));
    return { model: models[m], color: category(m), points, negative: shareBelow(spectrum) };
  });
}

/** Weight of the spectrum below 0. */
function shareBelow({ nodes, weights }: { nodes: Float64Array; weights: Float64Array }): number {
  return weights.reduce((sum, weight, i) => (nodes[i] < 0 ? sum + weight : sum), 0);
}

/** The density of the Hessian's spectrum. */
export function densityFigure(one: LandscapeSurvey, all: readonly LandscapeSurvey[]): Figure {
  const { from, models } = one;
  const curves = curvesOf(one);
  const everyone = all.flatMap(curvesOf).flatMap(({ points }) => points);
  const [, highest] = extent(everyone.map(({ y }) => y));
  const least = FLOOR * highest;
  const xs = extent(everyone.map(({ x }) => x));
  const id = idFor(from, "hessian-density");
  return {
    id,
    row: one.from.key === "" ? "curvature" : "hessian-density",
    title: titleFor(from, "Curvature: density of the Hessian's spectrum"),
    says: `The share of the spectrum below 0 is ${byModel(models, (m) => `${short(100 * curves[m].negative)} %`)}.`,
    howToRead:
      "The peak at 0 are directions that change nothing, bumps far to the right the few stiff ones; each curve is in units of its own largest eigenvalue, on a logarithmic scale, and heights between bumps depend on the smoothing.",
    command: landscapeCommand(one, "curvature"),
    table: {
      name: tableName(id),
      caption: `Density of the spectrum, every ${TABLE_STEP}th place of ${DENSITY.grid}.`,
      columns: [
        whole("model", "Id"),
        number("eigenvalue", "Place"),
        number("density", "Density there; its integral is 1"),
      ],
      rows: curves.flatMap(({ model, points }) =>
        points.filter((_, i) => i % TABLE_STEP === 0).map(({ value, density }) => [model.row.id, value, density]),
      ),
    },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 260 : 320,
        marginLeft: 56,
        x: {
          label: "eigenvalue, of the largest",
          domain: wider(xs, 0.01),
          ticks: isNarrow(width) ? 5 : 8,
          tickFormat: short,
        },
        y: { type: "log", domain: [least, 2 * highest], label: "density", grid: true, ticks: 5, tickFormat: power },
        legend: modelLegend(models, "line"),
        marks: [
          Plot.ruleX([0], { strokeOpacity: 0.4, strokeDasharray: "2 3" }),
          ...curves.map(({ points, color }) =>
            Plot.lineY(
              points.map(({ x, y }) => ({ x, y: y >= least ? y : Number.NaN })),
              { x: "x", y: "y", stroke: color, strokeWidth: 1.75 },
            ),
          ),
          Plot.dot(
            curves.flatMap(({ model, points }) =>
              points.filter(({ y }, i) => i % 4 === 0 && y >= least).map((point) => ({ model, ...point })),
            ),
            {
              x: "x",
              y: "y",
              r: 4,
              fill: category(0),
              fillOpacity: 0,
              title: ({ model, value, density }: { model: LandscapeModel; value: number; density: number }) =>
                tip(`${called(model)}: density ${short(density)} at ${short(value)}`),
            },
          ),
        ],
      }),
  };
}

/** Powers of ten alone. */
const power = (value: number): string => {
  const exponent = Math.log10(value);
  if (Math.abs(exponent - Math.round(exponent)) > 1e-9) return "";
  return Math.abs(exponent) > 3 ? value.toExponential(0) : String(Number(value.toPrecision(2)));
};

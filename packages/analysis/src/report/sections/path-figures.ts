import * as Plot from "@observablehq/plot";
import { connectivity } from "../../landscape/connectivity.ts";
import { fraction, number, word } from "../../results/columns.ts";
import { chart, extent, isNarrow, type LegendItem } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { category } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import { byModel, called, landscapeCommand, modelLegend, short } from "./curvature-figures.ts";
import {
  type LandscapeModel,
  type LandscapeSurvey,
  type PairPaths,
  type PathKind,
  pathKinds,
} from "./landscape-survey.ts";

const labels: Record<PathKind, string> = {
  linear: "straight",
  "linear aligned": "straight, aligned",
  "bezier aligned": "Bezier, aligned",
};

const lossesOf = (pairs: readonly PairPaths[]): number[] =>
  pairs.flatMap(({ measures }) => pathKinds.flatMap((kind) => Array.from(measures[kind].loss)));

/** The scale of losses: from 0 unless they are alike, or logarithmic where they differ many times. */
export function lossAxis(values: readonly number[]): Record<string, unknown> {
  const [low, high] = extent(values);
  if (low > 0 && high / low > 30) return { type: "log", domain: [low, high], nice: true, ticks: 4, tickFormat: tick };
  return { domain: [low > high / 3 ? low : Math.min(0, low), high], nice: true, tickFormat: short };
}

const tick = (value: number): string => (/^[125]/.test(value.toExponential()) ? short(value) : "");

/** The loss on paths between two models. */
export function pathFigure(one: LandscapeSurvey, pair: PairPaths, all: readonly LandscapeSurvey[]): Figure {
  const { from } = one;
  const { from: a, to: b, measures } = pair;
  const everyone = all.flatMap(({ pairs }) => lossesOf(pairs));
  const points = pathKinds.flatMap((kind, k) =>
    Array.from(measures[kind].t, (t, i) => ({
      kind,
      color: category(k),
      t,
      loss: measures[kind].loss[i],
      acc: measures[kind].acc[i],
    })),
  );
  const found = pathKinds.map((kind) => ({ kind, ...connectivity(measures[kind]) }));
  const [raw, aligned, bent] = found.map(({ lossBarrier }) => short(lossBarrier));
  const name = `paths-${a.role}-${b.role}`;
  const id = idFor(from, name);
  return {
    id,
    row: from.key === "" ? "paths" : name,
    title: titleFor(from, `Paths from the ${a.role} to the ${b.role} model`),
    says: `From model ${a.row.id} to model ${b.row.id} the loss rises ${raw} above the line between the ends on the straight path, ${aligned} once the second network is aligned, and ${bent} on a trained Bezier curve between these.`,
    howToRead:
      "A hump is a barrier between two solutions; where it goes away with alignment the networks differ mostly in the order and signs of their units, and where the bent path stays low a valley joins them.",
    command: landscapeCommand(one, "connectivity"),
    table: {
      name: tableName(id),
      caption: `Connectivity of models ${a.row.id} and ${b.row.id}.`,
      columns: [
        word("path", "As the networks are, or the second aligned"),
        number("connectivity", "Mode connectivity of the loss; negative is a barrier"),
        number("at", "Where on the path, in [0, 1]"),
        number("barrier", "Rise of the loss above the line between the ends"),
        fraction("acc_barrier", "Fall of the accuracy below its line"),
      ],
      rows: found.map(({ kind, loss, lossAt, lossBarrier, accBarrier }) => [
        kind,
        loss,
        lossAt,
        lossBarrier,
        accBarrier,
      ]),
    },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 250 : 320,
        x: { label: `from ${a.role} (0) to ${b.role} (1)`, domain: [0, 1], ticks: 5 },
        y: { label: "loss (nats)", grid: true, ...lossAxis(everyone) },
        legend: pathKinds.map((kind, k): LegendItem => ({ label: labels[kind], color: category(k), mark: "line" })),
        marks: [
          Plot.lineY(points, { x: "t", y: "loss", z: "kind", stroke: "color", strokeWidth: 2 }),
          Plot.dot(points, {
            x: "t",
            y: "loss",
            r: 4,
            fill: "color",
            fillOpacity: 0,
            title: ({ kind, t, loss, acc }: (typeof points)[number]) =>
              tip(`${labels[kind]}, at ${short(t)}: loss ${short(loss)}, accuracy ${short(100 * acc)} %`),
          }),
        ],
      }),
  };
}

/** The loss along a random direction at each model. */
export function linesFigure(one: LandscapeSurvey, all: readonly LandscapeSurvey[]): Figure {
  const { from, models, lines } = one;
  const everyone = all.flatMap((other) => other.lines.loss.flatMap((loss) => Array.from(loss)));
  const points = models.flatMap((model, m) =>
    Array.from(lines.xs, (x, i) => ({ model, color: category(m), x, loss: lines.loss[m][i] })),
  );
  const rise = (m: number): number => Math.max(lines.loss[m][0], lines.loss[m][lines.xs.length - 1]);
  const middle = (lines.xs.length - 1) / 2;
  const id = idFor(from, "loss-slices");
  return {
    id,
    row: "loss-slices",
    title: titleFor(from, "The loss around single models"),
    says: `From the model to the far end of the slice the loss goes ${byModel(models, (m) => `from ${short(lines.loss[m][middle])} to ${short(rise(m))}`)}.`,
    howToRead:
      "0 is the model, and at 1 and -1 each filter has moved by its own length in a random direction: a wide bowl is a solution that noise in the weights does not spoil.",
    command: landscapeCommand(one, "slices"),
    table: {
      name: tableName(id),
      caption: "Loss along the direction.",
      columns: [
        number("x", "Coordinate, in lengths of the filters"),
        ...models.map((model) => ({ name: called(model), type: "DOUBLE" as const, description: "Loss" })),
      ],
      rows: Array.from(lines.xs, (x, i) => [x, ...lines.loss.map((loss) => loss[i])]),
    },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 250 : 320,
        x: { label: "step, in lengths of the filters", domain: [-1, 1], ticks: 5 },
        y: { label: "loss (nats)", grid: true, ...lossAxis(everyone) },
        legend: modelLegend(models, "line"),
        marks: [
          Plot.lineY(points, {
            x: "x",
            y: "loss",
            z: ({ model }: { model: LandscapeModel }) => model.row.id,
            stroke: "color",
            strokeWidth: 2,
          }),
          Plot.dot(points, {
            x: "x",
            y: "loss",
            r: 4,
            fill: "color",
            fillOpacity: 0,
            title: ({ model, x, loss }: (typeof points)[number]) =>
              tip(`${called(model)}, at ${short(x)}: loss ${short(loss)}`),
          }),
        ],
      }),
  };
}

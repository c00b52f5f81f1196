import * as Plot from "@observablehq/plot";
import { percent } from "@zoo/cli";
import { number, whole } from "../../results/columns.ts";
import { chart, extent, isNarrow } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { sequence } from "../palette.ts";
import { idFor, modelAnchor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import { landscapeCommand, short } from "./curvature-figures.ts";
import type { LandscapeSurvey, PlaneLoss } from "./landscape-survey.ts";

/** Steps of colour. */
const LEVELS = 14;

/** The plane through the best, the median and the worst model. */
export function planeFigure(one: LandscapeSurvey, plane: PlaneLoss, all: readonly PlaneLoss[]): Figure {
  const { from } = one;
  const id = idFor(from, "plane-models");
  const [low, high] = extent(plane.loss);
  return {
    id,
    row: from.key === "" ? "planes" : "plane-models",
    title: titleFor(from, "The plane through three models"),
    says: `In the plane through models ${plane.marks.map(({ model }) => model).join(", ")}, the last two aligned to the first, the loss lies between ${short(low)} and ${short(high)}.`,
    howToRead:
      "Dark is little loss: models in one dark basin are joined by low paths, models in basins of their own are apart; distances are those of weight space.",
    command: landscapeCommand(one, "slices"),
    table: marksTable(id, plane),
    draw: (width) => drawPlane(one, plane, all, width, "distance", false),
  };
}

/** The plane in which one model moved most while it was trained. */
export function trajectoryFigure(
  one: LandscapeSurvey,
  plane: NonNullable<LandscapeSurvey["trajectory"]>,
  all: readonly PlaneLoss[],
): Figure {
  const { from } = one;
  const { marks, explained, role } = plane;
  const id = idFor(from, "plane-trajectory");
  const [low, high] = extent(plane.loss);
  return {
    id,
    row: from.key === "" ? "planes" : "plane-trajectory",
    title: titleFor(from, role === "only" ? "The way of the model" : `The way of the ${role} model`),
    says: `Model ${marks[0].model} at ${marks.length} epochs, in the plane that holds ${percent(explained[0] + explained[1])} of the variance of its states; the loss in it lies between ${short(low)} and ${short(high)}.`,
    howToRead:
      "The line is training, from its first epoch to the ringed last one, over the loss in the plane in which it moved most; the plane was chosen after the fact, so a smooth arc alone is no finding.",
    command: landscapeCommand(one, "slices"),
    table: marksTable(id, plane),
    draw: (width) => drawPlane(one, plane, all, width, "component", true),
  };
}

function drawPlane(
  { from }: LandscapeSurvey,
  { xs, ys, loss, marks }: PlaneLoss,
  all: readonly PlaneLoss[],
  width: number,
  axis: string,
  path: boolean,
): string {
  const narrow = isNarrow(width);
  const side = narrow ? width - 72 : 460;
  const [low, high] = extent(all.flatMap((plane) => Array.from(plane.loss)));
  const level = scaleOf(low, high);
  const bounds = Array.from({ length: LEVELS - 1 }, (_, i) => level((i + 1) / LEVELS));
  const n = xs.length;
  const [x1, x2] = edges(xs);
  const [y1, y2] = edges(ys);
  const last = marks.length - 1;
  const spare = (width - side) / 2;
  const ink = { stroke: "var(--paper)", strokeWidth: 3 };
  return chart({
    width,
    height: side + 60,
    marginTop: 20,
    marginLeft: narrow ? 52 : spare,
    marginRight: narrow ? 20 : spare,
    x: { domain: [xs[0], xs[n - 1]], label: `${axis} 1`, ticks: 5, tickFormat: short },
    y: { domain: [ys[0], ys[ys.length - 1]], label: `${axis} 2`, ticks: 5, tickFormat: short },
    color: {
      type: "threshold",
      domain: bounds,
      range: Array.from({ length: LEVELS }, (_, i) => sequence(i / (LEVELS - 1))),
    },
    legend: [{ label: "loss", from: short(low), to: short(high), mark: "ramp" }],
    marks: [
      Plot.contour(
        Array.from(loss, (value) => (Number.isFinite(value) ? value : high)),
        {
          width: n,
          height: ys.length,
          x1,
          y1,
          x2,
          y2,
          value: (value: number) => value,
          fill: "value",
          title: ({ value }: { value: number }) => tip(`loss of ${short(Math.max(value, low))} or more`),
          thresholds: [Math.min(low, 0), ...bounds],
          stroke: "var(--paper)",
          strokeWidth: 0.5,
          strokeOpacity: 0.4,
          clip: true,
        },
      ),
      ...(path
        ? [
            Plot.line(marks, { x: "x", y: "y", ...ink }),
            Plot.line(marks, { x: "x", y: "y", stroke: "var(--ink)", strokeWidth: 1.25 }),
          ]
        : []),
      Plot.dot(marks, {
        x: "x",
        y: "y",
        r: path ? 3 : 6,
        fill: "var(--ink)",
        stroke: "var(--paper)",
        strokeWidth: 1.5,
        title: ({ label, model, epoch }: PlaneLoss["marks"][number]) =>
          tip(`${label}: model ${model} at epoch ${epoch}`, modelAnchor(from, model)),
      }),
      ...(path ? [Plot.dot([marks[last]], { x: "x", y: "y", r: 7, stroke: "var(--paper)", strokeWidth: 2 })] : []),
      Plot.text(path ? [marks[0], marks[last]] : marks, {
        x: "x",
        y: "y",
        text: "label",
        dy: -16,
        fill: "var(--ink)",
        stroke: "var(--paper)",
        strokeWidth: 4,
      }),
    ],
  });
}

/** From half a step before the first position to half a step after the last: positions are the middles of cells. */
function edges(axis: Float64Array): [number, number] {
  const half = (axis[1] - axis[0]) / 2;
  return [axis[0] - half, axis[axis.length - 1] + half];
}

/** From t in [0, 1] to a loss: in equal factors where losses differ many times, else in equal steps. */
function scaleOf(low: number, high: number): (t: number) => number {
  const least = Math.max(low, high / 1e6);
  if (low >= 0 && high / least > 10) return (t) => least * (high / least) ** t;
  return (t) => low + t * (high - low);
}

function marksTable(id: string, { marks, xs, ys, loss }: PlaneLoss): Figure["table"] {
  const nearest = (axis: Float64Array, value: number): number =>
    axis.reduce((best, at, i) => (Math.abs(at - value) < Math.abs(axis[best] - value) ? i : best), 0);
  return {
    name: tableName(id),
    caption: "Where the networks are in the plane.",
    columns: [
      whole("model", "Id"),
      whole("epoch", "Of its weights"),
      number("x", "Coordinate"),
      number("y", "Coordinate"),
      number("loss near", "At the nearest position of the grid"),
    ],
    rows: marks.map(({ model, epoch, x, y }) => [
      model,
      epoch,
      x,
      y,
      loss[nearest(ys, y) * xs.length + nearest(xs, x)],
    ]),
  };
}

import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import { number, whole } from "../../results/columns.ts";
import { chart, extent, isNarrow } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { sequence } from "../palette.ts";
import { idFor, modelAnchor, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { JointMap } from "./map-survey.ts";
import { strokesMark } from "./point-clouds.ts";

/** A component that spans less than this share of the other is rounding: it is not blown up to the height of the figure. */
const LEAST_ASPECT = 1e-3;

/** The paths of some models through the plane of their first two components; null where nothing moves. */
export function jointMapFigure(from: ReportZoo, joint: JointMap, all: readonly JointMap[]): Figure | null {
  const { models, epochs, points, embedding } = joint;
  if (!points.every(Number.isFinite)) return null;
  const [M, E] = [models.length, epochs.length];
  const at = (e: number, m: number): [number, number] => [points[2 * (e * M + m)], points[2 * (e * M + m) + 1]];
  const [first, second = Number.NaN] = embedding.pca.ratio;
  const spans = ([0, 1] as const).map((c) =>
    extent(all.flatMap((other) => Array.from(other.points).filter((_, i) => i % 2 === c))),
  );
  const least = LEAST_ASPECT * Math.max(...spans.map(([low, high]) => high - low));
  const [x, y] = spans.map(([low, high]): [number, number] => {
    const half = Math.max(high - low, least) * (1 / 2 + 1 / 30);
    return [(low + high) / 2 - half, (low + high) / 2 + half];
  });
  const [from0, to] = [epochs[0], epochs[E - 1]];
  const shade = (epoch: number): string => sequence((epoch - from0) / (to - from0));
  const strokes = epochs.slice(1).map((epoch, e) => ({
    color: shade(epoch),
    title: `epoch ${epochs[e]} to ${epoch}`,
    segments: models.map((_, m) => [...at(e, m), ...at(e + 1, m)] as const),
  }));
  const ends = [0, E - 1].flatMap((e) =>
    models.map(({ id }, m) => ({ id, epoch: epochs[e], x: at(e, m)[0], y: at(e, m)[1] })),
  );
  const total = from.analysis.selection.models.length;
  const which = M === total ? `All ${count(M)} models` : `${M} of ${count(total)} models`;
  const id = idFor(from, "joint-map");
  return {
    id,
    row: "joint-map",
    title: titleFor(from, "Paths of models while they are trained"),
    says: `${which} at ${E} epochs; the plane holds ${percent(first + (Number.isNaN(second) ? 0 : second))} of the variance of their states (${percent(first)} along x).`,
    howToRead:
      "A line is a model from its first epoch (dark) to its last (bright); lines that keep apart mean that models stay near where they began, and smooth arcs alone mean nothing, for random walks draw them too.",
    command: `zoo-analysis embed ${from.folder} --epochs ${from0}-${to} --preset none`,
    table: jointTable(id, joint, at),
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 320 : 460,
        x: { type: "linear", domain: x, label: "first component", grid: true, ticks: isNarrow(width) ? 5 : 8 },
        y: { type: "linear", domain: y, label: "second component", grid: true, ticks: 6 },
        legend: [{ label: "epoch", from: String(from0), to: String(to), mark: "ramp" }],
        marks: [
          strokesMark(strokes, 1.25),
          Plot.dot(ends, {
            x: "x",
            y: "y",
            r: ({ epoch }: { epoch: number }) => (epoch === to ? 3 : 2),
            fill: ({ epoch }: { epoch: number }) => shade(epoch),
            title: ({ id: model, epoch }: { id: number; epoch: number }) =>
              tip(`model ${model} at epoch ${epoch}`, modelAnchor(from, model)),
          }),
        ],
        r: { type: "identity" },
      }),
  };
}

function jointTable(
  id: string,
  { models, epochs }: JointMap,
  at: (e: number, m: number) => [number, number],
): Figure["table"] {
  const last = epochs.length - 1;
  return {
    name: tableName(id),
    caption: "Where the paths begin and end.",
    columns: [
      whole("model", "Id"),
      ...[epochs[0], epochs[last]].flatMap((epoch) =>
        ["x", "y"].map((axis) => number(`${axis} at ${epoch}`, `Component at epoch ${epoch}`)),
      ),
    ],
    rows: models.map(({ id: model }, m) => [model, ...at(0, m), ...at(last, m)]),
  };
}

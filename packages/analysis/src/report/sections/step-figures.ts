import * as Plot from "@observablehq/plot";
import { count } from "@zoo/cli";
import { type TrajectoryShape, trajectoryShape } from "../../trajectories/trajectory-shape.ts";
import { type TrajectorySteps, trajectorySteps } from "../../trajectories/trajectory-steps.ts";
import { type TrajectoryBands, trajectoryBands } from "../../trajectories/trajectory-tables.ts";
import type { ModelBand } from "../../weights/model-bands.ts";
import { chart, isNarrow } from "../chart.ts";
import { bandEnds, bandLegend, bandMarks, bandTable, type EpochBand, epochBands, epochScale } from "../epoch-bands.ts";
import type { Figure } from "../figure.ts";
import { fromZero, numberText, type Span, scaleOf, spanOf } from "../number-scale.ts";
import { idFor, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";

/** What the trajectories of a zoo did, step by step. */
export interface Followed {
  from: ReportZoo;
  steps: TrajectorySteps;
  shape: TrajectoryShape;
  bands: TrajectoryBands;
}

/** Follows all models of a selection with two stored epochs or more. */
export async function follow(from: ReportZoo): Promise<Followed> {
  const { analysis } = from;
  const { selection, signal } = analysis;
  const states = selection.models.length * selection.epochs.length;
  let done = 0;
  const steps = await trajectorySteps(selection, {
    lags: 1,
    signal,
    onStates: (more) => {
      done += more;
      analysis.progress("trajectories", (0.7 * done) / states);
    },
  });
  const shape = trajectoryShape(steps);
  return { from, steps, shape, bands: trajectoryBands(steps, shape) };
}

const DEGREES = 180 / Math.PI;

const degrees = ({ count, ...band }: ModelBand): ModelBand => ({
  count,
  ...(Object.fromEntries(Object.entries(band).map(([name, value]) => [name, value * DEGREES])) as Omit<
    ModelBand,
    "count"
  >),
});

/** Of whole networks. A step is at the epoch where it ends, a turn where it is. */
const rowsOf = {
  length: ({ steps, bands }: Followed): EpochBand[] =>
    epochBands(
      steps.epochs.slice(1),
      bands.lengthPerEpoch.map(([whole]) => whole),
    ),
  angle: ({ steps, bands }: Followed): EpochBand[] =>
    epochBands(
      steps.epochs.slice(1, -1),
      bands.angle.map(([whole]) => degrees(whole)),
    ),
  fromStart: ({ steps, bands }: Followed): EpochBand[] =>
    epochBands(
      steps.epochs,
      bands.fromStart.map(([whole]) => whole),
    ),
};

interface BandWords {
  id: string;
  title: string;
  label: string;
  legend: string;
  says: string;
  howToRead: string;
  caption: string;
  marks?: Plot.Markish[];
  ticks?: readonly number[];
}

function bandFigure(from: ReportZoo, rows: readonly EpochBand[], span: Span, words: BandWords): Figure {
  const id = idFor(from, words.id);
  return {
    id,
    row: words.id,
    title: titleFor(from, words.title),
    says: words.says,
    howToRead: words.howToRead,
    command: `zoo-analysis trajectories ${from.folder}`,
    table: bandTable(tableName(id), words.caption, rows),
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 240 : 300,
        x: epochScale(rows, isNarrow(width) ? 6 : 11),
        y: {
          ...scaleOf(span, 6),
          ...(words.ticks !== undefined && { ticks: words.ticks }),
          label: `${words.label}${span.log ? ", log scale" : ""}`,
          grid: true,
        },
        legend: bandLegend(words.legend),
        marks: [...(words.marks ?? []), ...bandMarks(rows, { positive: span.log })],
      }),
  };
}

export function stepLengthFigure(one: Followed, all: readonly Followed[]): Figure {
  const rows = rowsOf.length(one);
  const { epochs } = one.steps;
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const apart = epochs.some((epoch, e) => e > 0 && epoch - epochs[e - 1] !== 1);
  const span = fromZero(all.flatMap((other) => bandEnds(rowsOf.length(other))));
  return bandFigure(one.from, rows, span, {
    id: "step-length",
    title: "Step length over epochs",
    label: "L2 length per epoch",
    legend: "step",
    says:
      rows.length === 1
        ? `The one step, from epoch ${epochs[0]} to ${last.epoch}, has a median length of ${numberText(last.q50)} per epoch.`
        : `The median step goes from ${numberText(first.q50)} per epoch (to epoch ${first.epoch}) to ${numberText(last.q50)} (to epoch ${last.epoch}), where 90 % of the models lie between ${numberText(last.q05)} and ${numberText(last.q95)}.`,
    howToRead: `How far the whole network moves in weight space${apart ? ", divided by the epochs between stored states" : " in an epoch"}; steps that stay long mean that training has not come to rest.`,
    caption: "L2 length of the step that ends at the epoch, per epoch, over models.",
  });
}

/** None where there are fewer than three stored epochs. */
export function turningAngleFigure(one: Followed, all: readonly Followed[]): Figure[] {
  const rows = rowsOf.angle(one);
  if (rows.length === 0) return [];
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const { high } = spanOf(
    all.flatMap((other) => bandEnds(rowsOf.angle(other))),
    { linear: true },
  );
  const span = { low: 0, high: Math.min(180, Math.max(95, high)), log: false };
  const words = {
    id: "turning-angle",
    title: "Turning angle over epochs",
    label: "angle to the next step (degrees)",
    legend: "angle",
    says:
      rows.length === 1
        ? `At epoch ${last.epoch} the median angle is ${numberText(last.q50)} degrees.`
        : `The median angle goes from ${numberText(first.q50)} degrees at epoch ${first.epoch} to ${numberText(last.q50)} at epoch ${last.epoch}.`,
    howToRead:
      "0 is straight on and 180 is back; 90, the dashed line, is what independent steps in many dimensions give.",
    caption: "Angle between the step to the epoch and the next one, in degrees, over models.",
    ticks: [0, 30, 60, 90, 120, 150, 180].filter((angle) => angle <= span.high),
    marks: [Plot.ruleY([90], { strokeDasharray: "4 3", strokeOpacity: 0.6 })],
  };
  return [bandFigure(one.from, rows, span, words)];
}

export function fromStartFigure(one: Followed, all: readonly Followed[]): Figure {
  const rows = rowsOf.fromStart(one);
  const { epochs, M } = one.steps;
  const last = rows[rows.length - 1];
  const span = fromZero(all.flatMap((other) => bandEnds(rowsOf.fromStart(other))));
  const halfway = rows.find(({ q50 }) => q50 >= last.q50 / 2) ?? last;
  return bandFigure(one.from, rows, span, {
    id: "distance-from-start",
    title: `Distance from epoch ${epochs[0]}`,
    label: `L2 distance from epoch ${epochs[0]}`,
    legend: "distance",
    says: `At epoch ${last.epoch} the median of ${count(M)} models is ${numberText(last.q50)} away from epoch ${epochs[0]}; half of that is behind them at epoch ${halfway.epoch}.`,
    howToRead:
      "The straight distance in weight space, whatever the path there; a line that flattens while steps go on means that the path bends.",
    caption: `L2 distance of the state from the one at epoch ${epochs[0]}, over models.`,
  });
}

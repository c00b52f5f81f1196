import type { Cell } from "@zoo/format";
import { number, whole, word } from "../results/columns.ts";
import type { ResultTable } from "../results/result.ts";
import { bootstrapInterval } from "../statistics/bootstrap.ts";
import { type ModelBand, modelBand, modelBands } from "../weights/model-bands.ts";
import { bandCells, bandColumns } from "../weights/weight-tables.ts";
import { lengthsPerEpoch, type TrajectoryShape } from "./trajectory-shape.ts";
import type { TrajectorySteps } from "./trajectory-steps.ts";

const DEGREES = 180 / Math.PI;

/** Bands over models of one quantity, by place along the trajectory and part: [places][P]. */
export interface TrajectoryBands {
  /** [E - 1][P]: length of each step. */
  length: ModelBand[][];
  /** [E - 1][P]: the same per epoch. */
  lengthPerEpoch: ModelBand[][];
  /** [E - 2][P]: turning angle between step e and the next, in radians. */
  angle: ModelBand[][];
  /** [E - 2][P]: that angle / mean length of the two steps. */
  curvature: ModelBand[][];
  /** [E][P] */
  fromStart: ModelBand[][];
  /** [E][P] */
  toEnd: ModelBand[][];
}

/** What a figure of trajectories over epochs shows: median and quantiles. */
export function trajectoryBands(steps: TrajectorySteps, shape: TrajectoryShape): TrajectoryBands {
  const { E, P } = steps;
  const bands = (values: Float64Array, places: number): ModelBand[][] => {
    const flat = modelBands(values, places * P);
    return Array.from({ length: places }, (_, e) => flat.slice(e * P, (e + 1) * P));
  };
  const angles = Math.max(0, E - 2);
  return {
    length: bands(steps.lengths, E - 1),
    lengthPerEpoch: bands(lengthsPerEpoch(steps), E - 1),
    angle: bands(shape.angles, angles),
    curvature: bands(shape.curvature, angles),
    fromStart: bands(steps.fromStart, E),
    toEnd: bands(steps.toEnd, E),
  };
}

/** Steps of whole networks; a row per step. */
export function stepsTable({ epochs, M }: TrajectorySteps, bands: TrajectoryBands): ResultTable {
  const rows = bands.length.map(([length], e): Cell[] => {
    const [from, to] = [epochs[e], epochs[e + 1]];
    const angle = bands.angle[e]?.[0].q50 ?? Number.NaN;
    return [
      from,
      to,
      length.q50,
      length.q05,
      length.q95,
      bands.lengthPerEpoch[e][0].q50,
      angle * DEGREES,
      bands.fromStart[e + 1][0].q50,
      bands.toEnd[e + 1][0].q50,
    ];
  });
  return {
    name: "steps",
    caption: `Steps of whole networks from stored epoch to stored epoch, medians over ${M} models`,
    columns: [
      whole("from", "epoch of the state before"),
      whole("to", "epoch of the state after"),
      number("length", "median L2 length of the step"),
      number("length_q05", "5 % quantile of it"),
      number("length_q95", "95 % quantile of it"),
      number("per_epoch", "median of length / epochs between the states"),
      number("turn", "median angle to the next step in degrees: 0 straight on, 180 back"),
      number("from_start", "median L2 distance of the state after from the first state"),
      number("to_end", "median L2 distance of the state after to the last state"),
    ],
    rows,
  };
}

/** The same quantities of all parts with their quantiles; a row per quantity, epoch and part. */
export function bandsTable({ epochs, parts }: TrajectorySteps, bands: TrajectoryBands): ResultTable {
  const names = {
    length: "length",
    lengthPerEpoch: "length_per_epoch",
    angle: "angle",
    curvature: "curvature",
    fromStart: "from_start",
    toEnd: "to_end",
  } as const;
  const keys = Object.keys(names) as (keyof typeof names)[];
  const rows = keys.flatMap((key) =>
    bands[key].flatMap((places, e) =>
      places.map((band, p): Cell[] => {
        // A step is at the epoch where it ends, an angle where it is.
        const epoch = key === "fromStart" || key === "toEnd" ? epochs[e] : epochs[e + 1];
        return [names[key], epoch, parts[p].name, ...bandCells(band)];
      }),
    ),
  );
  return {
    name: "steps_per_part",
    caption: "Steps of networks and layers over models",
    columns: [
      word("quantity", "length, length_per_epoch, angle (radians), curvature, from_start or to_end"),
      whole("epoch", "of the state: where a step ends, and where a trajectory turns"),
      word("part", "all or a layer"),
      ...bandColumns,
    ],
    rows,
    long: true,
  };
}

/** What each trajectory is as a whole; a row per part. */
export function shapeTable({ M, P, parts, lags }: TrajectorySteps, shape: TrajectoryShape, seed: number): ResultTable {
  const of = (values: Float64Array, p: number, stride = P): Float64Array =>
    Float64Array.from({ length: M }, (_, m) => values[m * stride + p]);
  const rows = parts.map(({ name }, p): Cell[] => {
    const median = (values: Float64Array, stride?: number): number => modelBand(of(values, p, stride)).q50;
    const straight = of(shape.straightness, p);
    const { q50, q05, q95 } = modelBand(straight);
    const { low, high } = bootstrapInterval(M, (models) => modelBand(Array.from(models, (m) => straight[m])).q50, {
      seed,
    });
    return [
      name,
      median(shape.pathLength),
      q50,
      low,
      high,
      q05,
      q95,
      median(shape.meanAngle) * DEGREES,
      median(shape.meanCurvature),
      median(shape.roughness),
      median(shape.meanCosine, lags * P),
    ];
  });
  return {
    name: "shape",
    caption: `Shape of ${M} trajectories, medians over models`,
    columns: [
      word("part", "all or a layer"),
      number("path", "sum of step lengths"),
      number("straightness", "distance of first and last state / path, in [0, 1]"),
      number("low", "of the 95 % interval of that median"),
      number("high", "of the 95 % interval of that median"),
      number("q05", "5 % quantile of straightness"),
      number("q95", "95 % quantile of straightness"),
      number("turn", "mean turning angle in degrees"),
      number("curvature", "sum of turning angles in radians / path"),
      number("roughness", "of steps, in [0, 2]: 0 smooth, 1 independent, 2 to and fro"),
      number("cosine", "mean cosine of consecutive steps"),
    ],
    rows,
  };
}

/** How steps agree with earlier ones: by lag, of whole networks to be read, and of all parts. */
export function memoryTables({ P, parts, lags }: TrajectorySteps, shape: TrajectoryShape): ResultTable[] {
  const cosines = modelBands(shape.meanCosine, lags * P);
  const weighted = modelBands(shape.autocorrelation, lags * P);
  const rows = parts.map(({ name }, p) =>
    Array.from({ length: lags }, (_, lag): Cell[] => {
      const [a, b] = [cosines[lag * P + p], weighted[lag * P + p]];
      return [name, lag + 1, a.q50, a.q05, a.q95, b.q50];
    }),
  );
  const table = {
    name: "memory",
    caption: "Agreement of steps with steps some stored epochs later, medians over models",
    columns: [
      word("part", "all or a layer"),
      whole("lag", "steps between them"),
      number("cosine", "median of the mean cosine"),
      number("cosine_q05", "5 % quantile of it"),
      number("cosine_q95", "95 % quantile of it"),
      number("autocorrelation", "median of the autocorrelation weighted by length, not centred"),
    ],
  };
  return [
    { ...table, rows: rows[0] },
    { ...table, name: "memory_per_part", rows: rows.flat(), long: true },
  ];
}

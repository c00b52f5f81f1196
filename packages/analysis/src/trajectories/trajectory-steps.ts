import type { RunOptions } from "@zoo/engine";
import { deriveLayout } from "@zoo/format";
import type { Selection } from "../population/selection.ts";
import { type WeightPart, weightParts } from "../weight-space/weight-parts.ts";
import { type StepGeometry, TrajectoryFollower } from "./trajectory-follower.ts";

/** The `StepGeometry` of every model of a selection, stacked: lengths [M, E - 1, P], products [M, lags, E - 1, P], .. */
export interface TrajectorySteps extends StepGeometry {
  M: number;
  E: number;
  P: number;
  lags: number;
  /** All weights first, then each layer's. */
  parts: WeightPart[];
  /** The stored epochs followed, ascending. */
  epochs: readonly number[];
}

/** Bytes of a model's weights, and of steps, that are in memory while it is followed. */
const BLOCK_BYTES = 2 ** 26;

/**
 * Follows all models through the epochs of a selection. A step joins consecutive epochs of the selection, however far apart.
 * Models come in blocks whose states fit 64 MB (or one model), each read once by epoch and its last state once more, so that a zoo
 * larger than memory works; what stays is 8 (E (3 + lags)) bytes a model and part. Sums are float64 and do not depend on the blocks.
 */
export async function trajectorySteps(
  { zoo, models, epochs }: Pick<Selection, "zoo" | "models" | "epochs">,
  {
    lags = 5,
    blockBytes = BLOCK_BYTES,
    signal,
    onStates,
  }: RunOptions & { lags?: number; blockBytes?: number; onStates?: (states: number) => void } = {},
): Promise<TrajectorySteps> {
  if (!(Number.isInteger(lags) && lags >= 1))
    throw new RangeError(`lags must be a whole number, 1 or more, got ${lags}`);
  const layout = deriveLayout(zoo.manifest.architecture);
  const parts = weightParts(layout).filter(({ kind }) => kind !== "tensor");
  const { D } = layout;
  const [M, E, P] = [models.length, epochs.length, parts.length];
  const all: TrajectorySteps = {
    M,
    E,
    P,
    lags,
    parts,
    epochs,
    lengths: new Float64Array(M * (E - 1) * P),
    fromStart: new Float64Array(M * E * P),
    toEnd: new Float64Array(M * E * P),
    products: new Float64Array(M * lags * (E - 1) * P),
  };
  const size = Math.max(1, Math.floor(blockBytes / (D * (16 + 8 * (lags + 1)))));
  for (let first = 0; first < M; first += size) {
    const block = models.slice(first, first + size);
    const end = (await zoo.weightsAt(epochs[E - 1], block)).data;
    const rows = (data: Float32Array, i: number): Float32Array => data.subarray(i * D, (i + 1) * D);
    const followers = block.map((_, i) => new TrajectoryFollower(rows(end, i), E, parts, lags));
    for (const [e, epoch] of epochs.entries()) {
      signal?.throwIfAborted();
      const data = e === E - 1 ? end : (await zoo.weightsAt(epoch, block)).data;
      for (const [i, follower] of followers.entries()) follower.add(rows(data, i));
      onStates?.(block.length);
    }
    for (const [i, { geometry }] of followers.entries()) {
      for (const key of ["lengths", "fromStart", "toEnd", "products"] as const) {
        all[key].set(geometry[key], (first + i) * geometry[key].length);
      }
    }
  }
  return all;
}

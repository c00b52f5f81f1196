import type { ModelRow, Zoo } from "@zoo/format";
import { trajectoryShape } from "../trajectories/trajectory-shape.ts";
import { trajectorySteps } from "../trajectories/trajectory-steps.ts";
import type { Quantity } from "./compare-quantities.ts";

export interface TrajectoryQuantitiesOptions {
  signal?: AbortSignal;
  onStates?: (states: number) => void;
}

/**
 * What the way of every model's whole network is like, from the first to the last of the epochs (stored ones, ascending, two or
 * more): `straightness`, `path` length, mean turning angle `turn` in radians, `distance` of the last state from the first. All
 * depend on which epochs are followed. NaN where `trajectoryShape` says.
 */
export async function trajectoryQuantities(
  zoo: Zoo,
  models: readonly ModelRow[],
  epochs: readonly number[],
  options: TrajectoryQuantitiesOptions = {},
): Promise<Quantity[]> {
  const steps = await trajectorySteps({ zoo, models, epochs }, { lags: 1, ...options });
  const { E, P, fromStart } = steps;
  const { straightness, pathLength, meanAngle } = trajectoryShape(steps);
  const whole = (values: Float64Array): Float64Array => values.filter((_, i) => i % P === 0);
  const distance = Float64Array.from(models, (_, m) => fromStart[(m * E + E - 1) * P]);
  const named = { straightness: whole(straightness), path: whole(pathLength), turn: whole(meanAngle), distance };
  return Object.entries(named).map(([quantity, values]) => ({ quantity, epoch: epochs[E - 1], values }));
}

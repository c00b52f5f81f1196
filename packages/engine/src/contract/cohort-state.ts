import type { OptimizerKind } from "@zoo/format";
import type { CohortState } from "./engine.ts";

/** The kernels count epochs in int32, and the next one must fit. */
export const MAX_EPOCH = 2 ** 31 - 2;

/** The tensors of a state, in order. */
export function stateTensors(optimizer: OptimizerKind): ("weights" | "first_moment" | "second_moment")[] {
  return optimizer === "sgd" ? ["weights", "first_moment"] : ["weights", "first_moment", "second_moment"];
}

/** Throws RangeError when the state is not one of M models with D weights and that optimiser. */
export function checkState(state: CohortState, optimizer: OptimizerKind, M: number, D: number): void {
  for (const key of ["epoch", "optimizerSteps"] as const) {
    if (!Number.isSafeInteger(state[key]) || state[key] < 0) {
      throw new RangeError(`${key} of a state is a whole number, got ${state[key]}`);
    }
  }
  if (state.epoch > MAX_EPOCH) throw new RangeError(`epoch of a state is at most ${MAX_EPOCH}, got ${state.epoch}`);
  const wanted = stateTensors(optimizer).sort().join(", ");
  const found = Object.keys(state.tensors).sort().join(", ");
  if (found !== wanted)
    throw new RangeError(`the state has the tensors ${found}, a cohort with ${optimizer} needs ${wanted}`);
  for (const [name, values] of Object.entries(state.tensors)) {
    if (values.length !== M * D) {
      throw new RangeError(`${name} of the state has ${values.length} values, [M, D] = [${M}, ${D}] needs ${M * D}`);
    }
  }
}

import type { CohortState } from "@zoo/engine";
import type { Checkpoint, NamedTensors } from "@zoo/format/node";

/** The state of M models as the named tensors of a checkpoint, each [M, D], and how often the optimiser stepped, [M]. */
export function checkpointOf({ epoch, optimizerSteps, tensors }: CohortState, M: number): Checkpoint {
  const named = Object.entries(tensors).map(([name, data]): [string, NamedTensors[string]] => [
    name,
    { dtype: "F32", shape: [M, data.length / M], data },
  ]);
  const steps = { dtype: "U32" as const, shape: [M], data: new Uint32Array(M).fill(optimizerSteps) };
  return { epoch, tensors: { ...Object.fromEntries(named), [STEPS]: steps } };
}

/** Undoes `checkpointOf`. */
export function stateOf(checkpoint: Checkpoint | null): CohortState {
  if (checkpoint === null) throw new Error("internal: an attempt with epochs has no checkpoint");
  const { [STEPS]: steps, ...rest } = checkpoint.tensors;
  const tensors = Object.entries(rest).map(([name, { data }]): [string, Float32Array] => [name, data as Float32Array]);
  return { epoch: checkpoint.epoch, optimizerSteps: steps.data[0], tensors: Object.fromEntries(tensors) };
}

const STEPS = "optimizer_steps";

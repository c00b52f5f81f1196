import type { CohortState } from "@zoo/engine";

/** The states of cohorts that follow one another, as the state of one cohort of all their models. */
export function joinStates(states: readonly CohortState[]): CohortState {
  const [{ epoch, optimizerSteps, tensors }] = states;
  const other = states.find((state) => state.epoch !== epoch || state.optimizerSteps !== optimizerSteps);
  if (other !== undefined) {
    throw new RangeError(`internal: states of epochs ${epoch} and ${other.epoch} cannot be joined`);
  }
  const joined = Object.keys(tensors).map((name): [string, Float32Array] => [
    name,
    concatenate(states.map((state) => state.tensors[name])),
  ]);
  return { epoch, optimizerSteps, tensors: Object.fromEntries(joined) };
}

/** The state of the models `first` .. `first + count - 1` of `models`; views, not copies. */
export function rowsOf(state: CohortState, models: number, first: number, count: number): CohortState {
  const part = Object.entries(state.tensors).map(([name, values]): [string, Float32Array] => {
    const size = values.length / models;
    return [name, values.subarray(first * size, (first + count) * size)];
  });
  return { ...state, tensors: Object.fromEntries(part) };
}

/** [16, 16, 4] for 36 in parts of 16. */
export function split(whole: number, part: number): number[] {
  return Array.from({ length: Math.ceil(whole / part) }, (_, i) => Math.min(part, whole - i * part));
}

/** Consecutive pieces of these sizes. */
export function cut<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return list.slice(end - size, end);
  });
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

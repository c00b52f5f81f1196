import type { WeightPart } from "../weight-space/weight-parts.ts";

/** Lengths and inner products of one trajectory, for each of P parts of its weights. A step joins consecutive states. */
export interface StepGeometry {
  /** [E - 1, P]: L2 distance of consecutive states. */
  lengths: Float64Array;
  /** [E, P]: L2 distance from the first state. */
  fromStart: Float64Array;
  /** [E, P]: L2 distance to the last state. */
  toEnd: Float64Array;
  /** [lags, E - 1, P]: at [k - 1, e] the inner product of steps e and e + k, k = 1 .. lags; 0 where there is no step e + k. */
  products: Float64Array;
}

/**
 * Follows one trajectory state by state: the first, the last and `lags` + 2 more are in memory, however many there are.
 * Differences of float32 weights and their sums are float64. NaN goes where a state has it.
 */
export class TrajectoryFollower {
  readonly geometry: StepGeometry;
  readonly #E: number;
  readonly #parts: readonly WeightPart[];
  readonly #lags: number;
  readonly #end: Float32Array;
  #start: Float32Array | null = null;
  #previous: Float32Array | null = null;
  /** The last steps, latest first. */
  readonly #steps: Float64Array[] = [];
  #spare: Float64Array | undefined;
  #e = 0;

  /** end: the last of E states, [D]. */
  constructor(end: Float32Array, E: number, parts: readonly WeightPart[], lags: number) {
    [this.#end, this.#E, this.#parts, this.#lags] = [end, E, parts, lags];
    const P = parts.length;
    const steps = Math.max(0, E - 1);
    this.geometry = {
      lengths: new Float64Array(steps * P),
      fromStart: new Float64Array(E * P),
      toEnd: new Float64Array(E * P),
      products: new Float64Array(lags * steps * P),
    };
  }

  /** weights: the next state [D]. It is kept until the next one comes, the first until the end. */
  add(weights: Float32Array): void {
    if (weights.length !== this.#end.length) {
      throw new RangeError(`a state has ${this.#end.length} weights, got ${weights.length}`);
    }
    if (this.#e === this.#E) throw new RangeError(`the trajectory has ${this.#E} states; one more was added`);
    this.#start ??= weights;
    if (this.#previous !== null) this.#addStep(weights, this.#previous);
    const P = this.#parts.length;
    for (const [p, part] of this.#parts.entries()) {
      this.geometry.fromStart[this.#e * P + p] = distance(weights, this.#start, part);
      this.geometry.toEnd[this.#e * P + p] = distance(weights, this.#end, part);
    }
    this.#previous = weights;
    this.#e++;
  }

  #addStep(weights: Float32Array, previous: Float32Array): void {
    const step = this.#spare ?? new Float64Array(weights.length);
    for (let d = 0; d < step.length; d++) step[d] = weights[d] - previous[d];
    const P = this.#parts.length;
    const at = this.#e - 1;
    for (const [p, part] of this.#parts.entries()) {
      this.geometry.lengths[at * P + p] = Math.sqrt(product(step, step, part));
      for (const [i, earlier] of this.#steps.entries()) {
        this.geometry.products[(i * (this.#E - 1) + at - 1 - i) * P + p] = product(earlier, step, part);
      }
    }
    this.#steps.unshift(step);
    this.#spare = this.#steps.length > this.#lags ? this.#steps.pop() : undefined;
  }
}

function distance(a: Float32Array, b: Float32Array, { offset, size }: WeightPart): number {
  let sum = 0;
  for (let d = offset; d < offset + size; d++) {
    const difference = a[d] - b[d];
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

function product(a: Float64Array, b: Float64Array, { offset, size }: WeightPart): number {
  let sum = 0;
  for (let d = offset; d < offset + size; d++) sum += a[d] * b[d];
  return sum;
}

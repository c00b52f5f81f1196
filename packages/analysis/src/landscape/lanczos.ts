import type { SymmetricOperators } from "./operators.ts";

/** What the Lanczos process found of one operator: its projection on the space of the steps made. */
export interface Krylov {
  /** [steps]: diagonal of the projection. */
  diagonal: number[];
  /** [steps]: below the diagonal; the last is what couples to the space not yet seen, 0 where there is none. */
  below: number[];
  /**
   * Frobenius norm of what a symmetric operator would have made zero: how far rounding in the products moves eigenvalues of the
   * projection (Weyl). 0 in exact arithmetic.
   */
  noise: number;
  /** A product was not finite. */
  failed: boolean;
}

export interface LanczosOptions {
  maxSteps: number;
  /** The unit vector [D] to start operator m from; `restart` 1, 2, .. are asked for where a space was exhausted. */
  start: (m: number, restart: number) => Float64Array;
  /** Whether operator m has had enough steps. maxSteps unless given. */
  enough?: (krylov: Krylov, m: number) => boolean;
  /** After each step, with the operators that are still at work. */
  onStep?: (step: number, active: number) => void;
}

/** Coupling that is rounding alone, beside the largest element of the projection. */
const EXHAUSTED = 1e-7;

/**
 * The Lanczos process for all operators in lockstep, orthogonalised against every earlier vector: sums in float64, vectors
 * stored in float32 as products take them. Memory M * steps * D float32; an operator that has had enough costs nothing more.
 *
 * Where the space of a start is exhausted (the coupling is 0 but for rounding) the process goes on from another start,
 * orthogonal to it, so that the projection can have as many eigenvalues as the operator.
 */
export async function lanczos(operators: SymmetricOperators, options: LanczosOptions): Promise<Krylov[]> {
  const { M, D } = operators;
  const { maxSteps, start, enough = () => false, onStep } = options;
  const most = Math.min(maxSteps, D);
  const runs = Array.from({ length: M }, (_, m) => new Run(D, (restart) => start(m, restart)));
  let active = Int32Array.from({ length: most > 0 ? M : 0 }, (_, m) => m);
  for (let step = 1; active.length > 0; step++) {
    const vectors = new Float32Array(active.length * D);
    for (const [i, m] of active.entries()) vectors.set(runs[m].newest, i * D);
    const products = await operators.apply(vectors, active);
    active = active.filter((m, i) => {
      const run = runs[m];
      run.take(products.subarray(i * D, (i + 1) * D), step < most);
      const goesOn = !run.failed && step < most && !enough(run, m);
      if (!goesOn) run.forget();
      return goesOn;
    });
    onStep?.(step, active.length);
  }
  return runs.map(({ diagonal, below, noise, failed }) => ({ diagonal, below, noise, failed }));
}

class Run implements Krylov {
  readonly diagonal: number[] = [];
  readonly below: number[] = [];
  failed = false;
  #neglected = 0;
  #scale = 0;
  #restarts = 0;
  #basis: Float32Array[];
  readonly #work: Float64Array;
  readonly #start: (restart: number) => Float64Array;

  constructor(D: number, start: (restart: number) => Float64Array) {
    this.#start = start;
    this.#basis = [Float32Array.from(start(0))];
    this.#work = new Float64Array(D);
  }

  get noise(): number {
    return Math.sqrt(2 * this.#neglected);
  }

  get newest(): Float32Array {
    return this.#basis[this.#basis.length - 1];
  }

  /** product: the operator times `newest`. */
  take(product: Float32Array, goesOn: boolean): void {
    const work = this.#work;
    work.set(product);
    const n = this.#basis.length;
    const along = dot(this.newest, work);
    this.failed = !Number.isFinite(along);
    if (this.failed) return;
    subtract(work, this.newest, along);
    const coupling = n > 1 ? this.below[n - 2] : 0;
    if (n > 1) subtract(work, this.#basis[n - 2], coupling);
    let correction = 0;
    for (const [i, vector] of this.#basis.entries()) {
      const rest = dot(vector, work);
      subtract(work, vector, rest);
      if (i === n - 1) correction = rest;
      else this.#neglected += rest * rest;
    }
    this.diagonal.push(along + correction);
    const next = Math.sqrt(dot(work, work));
    this.#scale = Math.max(this.#scale, Math.abs(along), next);
    const exhausted = !(next > EXHAUSTED * this.#scale);
    this.below.push(exhausted || n === work.length ? 0 : next);
    if (!goesOn) return;
    this.#basis.push(exhausted ? this.#restart() : Float32Array.from(work, (x) => x / next));
  }

  forget(): void {
    this.#basis = [];
  }

  #restart(): Float32Array {
    const vector = this.#start(++this.#restarts);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of this.#basis) subtract(vector, other, dot(other, vector));
    }
    const length = Math.sqrt(dot(vector, vector));
    return Float32Array.from(vector, (x) => x / length);
  }
}

function dot(a: Float32Array | Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = b.length - (b.length % 4);
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (let i = whole; i < b.length; i++) s0 += a[i] * b[i];
  return s0 + s1 + (s2 + s3);
}

function subtract(target: Float64Array, vector: Float32Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] -= factor * vector[i];
}

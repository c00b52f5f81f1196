import type { SymmetricOperators } from "./operators.ts";
import { landscapeStream, signs } from "./random-vectors.ts";

export interface TraceEstimate {
  /** Hutch++. NaN where a product was not finite. */
  trace: number;
  /** Its standard error: that of the mean of the remaining probes; 0 where the sketch spans the whole space, NaN of a single probe. */
  deviation: number;
  /** Plain Hutchinson from the sketch's probes alone, a third of the products, for comparison. */
  hutchinson: number;
  hutchinsonDeviation: number;
  /** Products made. */
  products: number;
}

export interface TraceOptions {
  /** Products per operator, a multiple of 3. Default 30. */
  products?: number;
  seed?: number;
  /** [M], as in `EigenvalueOptions`. */
  keys?: ArrayLike<number>;
  onStep?: (done: number, of: number) => void;
}

/**
 * The trace of each operator by Hutch++ (Meyer et al. 2021): a third of the products sketches the range, a third takes the trace
 * within it exactly, a third estimates what is left by Hutchinson with signs as probes. The standard error is over those probes.
 */
export async function hutchPlusPlus(
  operators: SymmetricOperators,
  { products = 30, seed = 1, keys, onStep }: TraceOptions = {},
): Promise<TraceEstimate[]> {
  const { M, D } = operators;
  const third = products / 3;
  if (!(Number.isInteger(third) && third >= 1)) {
    throw new RangeError(`hutchPlusPlus: products must be a multiple of 3, got ${products}`);
  }
  const all = Int32Array.from({ length: M }, (_, m) => m);
  const sketches = Array.from(all, (): Float64Array[] => []);
  const plain = Array.from(all, (): number[] => []);
  const within = new Float64Array(M);
  const rest = Array.from(all, (): number[] => []);
  const round = async (
    index: number,
    vector: (m: number) => ArrayLike<number> | undefined,
    take: (m: number, form: number, product: Float32Array) => void,
  ): Promise<void> => {
    const vectors = new Float32Array(M * D);
    for (const m of all) vectors.set(vector(m) ?? [], m * D);
    const made = await operators.apply(vectors, all);
    for (const m of all) {
      const [v, p] = [vectors, made].map((rows) => rows.subarray(m * D, (m + 1) * D));
      take(m, dot(v, p), p);
    }
    onStep?.(index + 1, products);
  };
  const probe = (purpose: "sketch" | "probe", m: number, i: number): Float32Array =>
    signs(landscapeStream(seed, purpose, keys?.[m] ?? m, i), D);

  for (let i = 0; i < third; i++) {
    await round(
      i,
      (m) => probe("sketch", m, i),
      (m, form, product) => {
        plain[m].push(form);
        sketches[m].push(Float64Array.from(product));
      },
    );
  }
  const bases = sketches.map(orthonormal);
  for (let i = 0; i < third; i++) {
    await round(
      third + i,
      (m) => bases[m][i],
      (m, form) => {
        within[m] += form;
      },
    );
  }
  for (let i = 0; i < third; i++) {
    await round(
      2 * third + i,
      (m) => outside(Float64Array.from(probe("probe", m, i)), bases[m]),
      (m, form) => rest[m].push(form),
    );
  }
  return Array.from(all, (m) => {
    const [beyond, hutchinson] = [meanOf(rest[m]), meanOf(plain[m])];
    return {
      trace: within[m] + beyond.mean,
      deviation: beyond.deviation,
      hutchinson: hutchinson.mean,
      hutchinsonDeviation: hutchinson.deviation,
      products,
    };
  });
}

/** An orthonormal basis of the span, vectors that add nothing left out; undefined ones are no use to anybody. */
function orthonormal(vectors: Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const before = Math.sqrt(dot(vector, vector));
    const left = outside(outside(vector, basis), basis);
    const length = Math.sqrt(dot(left, left));
    if (length > 1e-6 * before) basis.push(left.map((x) => x / length));
  }
  return basis;
}

/** What of the vector is orthogonal to the basis; changes the vector. */
function outside(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  for (const other of basis) {
    const along = dot(other, vector);
    for (let i = 0; i < vector.length; i++) vector[i] -= along * other[i];
  }
  return vector;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The mean and its standard error, NaN of less than two values. */
function meanOf(values: readonly number[]): { mean: number; deviation: number } {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1) / n) : Number.NaN };
}

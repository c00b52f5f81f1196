import { Matrix, SingularValueDecomposition } from "ml-matrix";
import type { Design, Factor } from "./design.ts";
import { type Anova, pairsOf, type RawTerm, rate } from "./variance.ts";
import { divide } from "./within-combinations.ts";

/** Directions whose singular value is below this share of the largest one are none: two columns say the same. */
const RANK = 1e-9;

interface Term {
  name: string;
  factors: readonly string[];
  /** Columns of the model matrix, each [K]. */
  columns: readonly Float64Array[];
}

/**
 * The analysis of variance of any design by least squares with main effects and pairs, type II: each main effect is what
 * it adds to a model with all other main effects and all pairs that it is not in; each pair what it adds to all main effects
 * and all other pairs. On unbalanced data sums of squares do not add up to the total, and types I (in order) and III (each
 * effect added to all others) give other numbers. Empty combinations take degrees of freedom: df are ranks.
 *
 * F compares with what is within combinations (of crossed seeds, with seed x combination); without either, with what main
 * effects and pairs leave. `importance.total` has main effect and pairs of a factor, adjusted for all terms without it.
 * `values` [M] must be finite.
 */
export function leastSquaresAnova(design: Design, values: Float64Array): Anova {
  return leastSquaresPlan(design)(values);
}

/** The same for many metrics of one design, whose model matrices are taken apart once. */
export function leastSquaresPlan(design: Design): (values: Float64Array) => Anova {
  const { factors, counts } = design;
  const K = counts.length;
  const roots = Float64Array.from(counts, Math.sqrt);
  const terms = termsOf(design);
  /** A model with an intercept and these terms. */
  const model = (some: readonly Term[]): Model =>
    modelOf([new Float64Array(K).fill(1), ...some.flatMap(({ columns }) => columns)], roots);
  const full = model(terms);
  const tests = terms.map((term) => {
    const others = terms.filter((other) => other !== term && !contains(other, term));
    return { term, small: model(others), large: model([...others, term]) };
  });
  const without = factors.map(({ name }) => model(terms.filter((term) => !term.factors.includes(name))));
  return (values) => {
    const { mean, means, total, within, seedTerms, error: pure } = divide(design, values);
    const target = means.map((value, k) => (value - mean) * roots[k]);
    const gain = (small: Model, large: Model): { ss: number; df: number } => ({
      ss: large.rank === small.rank ? 0 : Math.max(0, small.leaves(target) - large.leaves(target)),
      df: large.rank - small.rank,
    });
    const raw = tests.map(({ term, small, large }): RawTerm => {
      return { term: term.name, factors: term.factors, ...gain(small, large), tested: true };
    });
    const rest = { ss: full.leaves(target), df: K - full.rank };
    const error = pure.df > 0 ? pure : { term: "higher interactions", ...rest };
    const higher: RawTerm[] =
      rest.df > 0 ? [{ term: "higher interactions", factors: [], ...rest, tested: pure.df > 0 }] : [];
    return {
      method: "least squares, type II",
      total,
      error: { ...error, ms: error.df > 0 ? error.ss / error.df : Number.NaN },
      terms: rate([...raw, ...higher, ...seedTerms], total.ss, error),
      seedShare: design.seed === "none" ? Number.NaN : within.ss / total.ss,
      importance: factors
        .map(({ name }, i) => ({
          factor: name,
          main: raw[i].ss / total.ss,
          total: gain(without[i], full).ss / total.ss,
        }))
        .sort((x, y) => y.total - x.total),
      mean,
    };
  };
}

const contains = (larger: Term, term: Term): boolean => term.factors.every((name) => larger.factors.includes(name));

/** Columns of the model matrix besides the intercept; the time goes by their square. */
export function effectColumns({ factors }: Pick<Design, "factors">): number {
  const free = factors.map(({ levels }) => levels.length - 1);
  return free.reduce((sum, n) => sum + n, 0) + pairsOf(free).reduce((sum, [n, m]) => sum + n * m, 0);
}

/** Columns that a model matrix may have; beyond that least squares take minutes. */
export const MOST_EFFECTS = 300;

/** Whether `anova` takes a design: any full and balanced one, others where they have few effects. */
export const isEstimable = (design: Design): boolean =>
  (design.full && design.balanced) || effectColumns(design) <= MOST_EFFECTS;

/** Main effects, then pairs. */
function termsOf({ factors, combinations }: Design): Term[] {
  const dummies = new Map(factors.map((factor, f) => [factor, dummiesOf(factor, f, combinations)]));
  const of = (factor: Factor): readonly Float64Array[] => dummies.get(factor) ?? [];
  return [
    ...factors.map((factor) => ({ name: factor.name, factors: [factor.name], columns: of(factor) })),
    ...pairsOf(factors).map(([a, b]) => ({
      name: `${a.name} x ${b.name}`,
      factors: [a.name, b.name],
      columns: of(a).flatMap((x) => of(b).map((y) => x.map((value, k) => value * y[k]))),
    })),
  ];
}

/** Sum-to-zero coding of a factor, a column for each level but the last. Any coding spans the same. */
function dummiesOf({ levels }: Factor, f: number, combinations: readonly Int32Array[]): Float64Array[] {
  const last = levels.length - 1;
  return levels.slice(0, last).map((_, level) =>
    Float64Array.from(combinations, (combination) => {
      const at = combination[f];
      return at === level ? 1 : at === last ? -1 : 0;
    }),
  );
}

interface Model {
  rank: number;
  /** The squares that the best fit leaves of a target [K], whose rows have the weights of the model. */
  leaves(target: Float64Array): number;
}

/** Weighted least squares by singular values; rows are scaled by `roots`. */
function modelOf(columns: readonly Float64Array[], roots: Float64Array): Model {
  const X = new Matrix(columns.map((column) => column.map((value, k) => value * roots[k]))).transpose();
  const { leftSingularVectors: U, diagonal } = new SingularValueDecomposition(X, {
    autoTranspose: true,
    computeRightSingularVectors: false,
  });
  const rank = diagonal.filter((s) => s > RANK * diagonal[0]).length;
  const basis = Array.from({ length: rank }, (_, c) => Float64Array.from(U.getColumn(c)));
  return {
    rank,
    leaves: (target) => {
      const left = target.slice();
      for (const direction of basis) {
        let along = 0;
        for (let k = 0; k < left.length; k++) along += left[k] * direction[k];
        for (let k = 0; k < left.length; k++) left[k] -= along * direction[k];
      }
      return left.reduce((sum, d) => sum + d * d, 0);
    },
  };
}

import { type Design, type Factor, levelSums } from "./design.ts";
import { type Anova, pairsOf, type RawTerm, rate } from "./variance.ts";
import { divide } from "./within-combinations.ts";

/**
 * The analysis of variance of a full and balanced factorial (Fisher 1925): sums of squares of main effects, pairs and
 * all higher interactions together are orthogonal and add up exactly, whatever their order; types I, II and III are one.
 * Factors are fixed, seeds are random. F compares with seed x combination where seeds are crossed, with what is within
 * combinations where they are nested, and with the higher interactions where no combination has two models, which
 * calls too little significant. Without any of them F, p and omega2 are NaN. `values` [M] must be finite.
 */
export function factorialAnova(design: Design, values: Float64Array): Anova {
  if (!design.full || !design.balanced) throw new RangeError("factorialAnova: the design must be full and balanced");
  const { factors } = design;
  const { mean, total, between, within, seedTerms, error: pure } = divide(design, values);
  const ss = (some: readonly Factor[]): number => betweenLevels(some, values, mean);
  const mains = factors.map((factor): RawTerm => {
    return { term: factor.name, factors: [factor.name], ss: ss([factor]), df: factor.levels.length - 1, tested: true };
  });
  const pairs = pairsOf(factors).map(([a, b]): RawTerm => {
    const [i, j] = [factors.indexOf(a), factors.indexOf(b)];
    return {
      term: `${a.name} x ${b.name}`,
      factors: [a.name, b.name],
      ss: Math.max(0, ss([a, b]) - mains[i].ss - mains[j].ss),
      df: mains[i].df * mains[j].df,
      tested: true,
    };
  });
  const known = [...mains, ...pairs];
  const rest = {
    ss: Math.max(0, between.ss - known.reduce((sum, term) => sum + term.ss, 0)),
    df: between.df - known.reduce((sum, term) => sum + term.df, 0),
  };
  const error = pure.df > 0 ? pure : { term: "higher interactions", ...rest };
  const higher: RawTerm[] =
    rest.df > 0 ? [{ term: "higher interactions", factors: [], ...rest, tested: pure.df > 0 }] : [];
  return {
    method: "exact",
    total,
    error: { ...error, ms: error.df > 0 ? error.ss / error.df : Number.NaN },
    terms: rate([...known, ...higher, ...seedTerms], total.ss, error),
    seedShare: design.seed === "none" ? Number.NaN : within.ss / total.ss,
    importance: factors
      .map((factor, i) => ({
        factor: factor.name,
        main: mains[i].ss / total.ss,
        total: Math.max(0, between.ss - ss(factors.filter((other) => other !== factor))) / total.ss,
      }))
      .sort((a, b) => b.total - a.total),
    mean,
  };
}

/** The sum of squares of the means of all combinations of levels of some factors. */
function betweenLevels(factors: readonly Factor[], values: Float64Array, mean: number): number {
  const { sums, counts } = levelSums(
    factors,
    values.map((value) => value - mean),
  );
  return sums.reduce((total, sum, i) => (counts[i] === 0 ? total : total + (sum * sum) / counts[i]), 0);
}

import { fisherUpper } from "../statistics/distributions.ts";

/** A part of the variance of a metric. */
export interface VarianceTerm {
  /** "lr", "lr x optimizer", "higher interactions", "seed", "seed x combination", "seed within combination". */
  term: string;
  /** The factors that it belongs to; [] for what is no main or pair effect. */
  factors: readonly string[];
  /** Sum of squares. */
  ss: number;
  df: number;
  /** ss / total ss: the share of the variance of the models. */
  eta2: number;
  /** (ss - df ms_error) / (total ss + ms_error), which is about eta2 without what noise adds to it; may be negative. */
  omega2: number;
  F: number;
  p: number;
}

/** How much a factor matters: shares of the total sum of squares. */
export interface Importance {
  factor: string;
  /** Of its main effect. */
  main: number;
  /** Of all terms that it is in. Totals of several factors count what they share several times. */
  total: number;
}

/** An analysis of variance of a metric at an epoch. */
export interface Anova {
  method: "exact" | "least squares, type II";
  total: { ss: number; df: number };
  /** What F has below the line; df 0 and ms NaN where there is nothing to compare with. */
  error: { term: string; ss: number; df: number; ms: number };
  /** Main effects, pairs, then the rest. In an exact analysis their ss add up to the total. */
  terms: readonly VarianceTerm[];
  /** The share that is the seed's alone: everything within combinations. NaN where no combination has two models. */
  seedShare: number;
  /** By falling total. */
  importance: readonly Importance[];
  /** Of all models. */
  mean: number;
}

export interface RawTerm {
  term: string;
  factors: readonly string[];
  ss: number;
  df: number;
  /** Whether F compares it with the error. */
  tested: boolean;
}

/** Squares that are this small beside the total are rounding. */
const ROUNDING = 1e-20;

/** Effect sizes and tests of sums of squares. */
export function rate(terms: readonly RawTerm[], total: number, error: { ss: number; df: number }): VarianceTerm[] {
  const ms = error.df > 0 ? error.ss / error.df : Number.NaN;
  return terms.map(({ term, factors, ss, df, tested }) => {
    const F = tested && df > 0 && ms > ROUNDING * total ? ss / df / ms : Number.NaN;
    return {
      term,
      factors,
      ss,
      df,
      eta2: total > 0 ? ss / total : Number.NaN,
      omega2: tested && total > 0 ? (ss - df * ms) / (total + ms) : Number.NaN,
      F,
      p: fisherUpper(F, df, error.df),
    };
  });
}

/** Pairs of a list, in order. */
export function pairsOf<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));
}

import type { PairSummary } from "../../statistics/pair-statistics.ts";

/** A mean over pairs of models. */
export type PairMean = Pick<PairSummary, "mean" | "low" | "high" | "std">;

/** Three digits are read; the tables of the figures have more. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "n/a";
  return Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

/** "0.298 (95 % interval 0.245 to 0.376)"; the number alone where it has no interval, as of two models. */
export function withInterval({ mean, low, high }: PairMean, show: (value: number) => string = digits): string {
  const known = Number.isFinite(low) && Number.isFinite(high);
  return known ? `${show(mean)} (95 % interval ${show(low)} to ${show(high)})` : show(mean);
}

export const intervalText = ({ low, high }: PairMean): string =>
  Number.isFinite(low) && Number.isFinite(high) ? `${digits(low)} to ${digits(high)}` : "n/a";

import { formatCell } from "../results/format-result.ts";

/** The ends of an axis, and whether it is logarithmic. */
export interface Span {
  low: number;
  high: number;
  log: boolean;
}

/** An axis is logarithmic where the largest value is more than so many times the least positive one. */
const WIDE_RANGE = 25;
/** A logarithmic axis shows so much at most; what is smaller is drawn at its end. */
const MOST_RANGE = 1e8;

/** The span of finite values; 0 to 1 of none. Zeros have no place on a logarithmic axis and do not stop it; negatives, and `linear`, do. */
export function spanOf(values: Iterable<number>, { linear = false } = {}): Span {
  let [least, low, high] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    if (value > 0 && value < least) least = value;
  }
  if (high < low) return { low: 0, high: 1, log: false };
  if (!linear && low >= 0 && high / least > WIDE_RANGE) {
    return { low: Math.max(least, high / MOST_RANGE) / 1.15, high: high * 1.15, log: true };
  }
  const room = high > low ? 0.04 * (high - low) : Math.max(0.05 * Math.abs(high), 1e-9);
  return { low: low >= 0 ? Math.max(0, low - room) : low - room, high: high + room, log: false };
}

/** The span of numbers that are not negative; it begins at 0 where it is not logarithmic. */
export function fromZero(values: Iterable<number>): Span {
  const span = spanOf(values);
  return span.log ? span : { ...span, low: 0 };
}

/** `count` + 1 places from end to end, evenly spaced on the axis. */
export const placesOn = ({ low, high, log }: Span, count: number): number[] =>
  Array.from({ length: count + 1 }, (_, i) =>
    log ? low * (high / low) ** (i / count) : low + ((high - low) * i) / count,
  );

/** What Observable Plot needs of a scale; `ticks` is about how many. */
export function scaleOf({ low, high, log }: Span, ticks = 5): object {
  const domain = [low, high];
  return log
    ? { type: "log", domain, clamp: true, ticks: logTicks(low, high, ticks), tickFormat: shortNumber }
    : { domain, ticks, tickFormat: shortNumber };
}

/** Whole numbers for ticks between two epochs, about `count` of them. */
export function wholeTicks(low: number, high: number, count: number): number[] {
  const rough = Math.max(1, (high - low) / Math.max(1, count));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((k) => k * power).find((k) => k >= rough - 1e-9) ?? 10 * power);
  const from = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - from) / step) + 1 }, (_, i) => from + i * step);
}

function logTicks(low: number, high: number, count: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const inside = (value: number): boolean => value >= low && value <= high;
  const powers = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i)).filter(inside);
  if (powers.length > count) {
    const every = Math.ceil(powers.length / count);
    return powers.filter((_, i) => i % every === 0);
  }
  const multiples = (steps: readonly number[]): number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => steps.map((k) => k * 10 ** (from + i)))
      .flat()
      .filter(inside);
  // Observable Plot leaves out the labels of multiples beyond this, whatever the ticks are.
  const labelled = 100 / multiples([1, 2, 3, 4, 5, 6, 7, 8, 9]).length;
  for (const steps of [
    [1, 2, 5],
    [1, 3],
  ]) {
    const all = multiples(steps);
    if (all.length <= count + 1 && steps[steps.length - 1] <= labelled) return all;
  }
  return powers;
}

/** For ticks: 0.25, 40, 10k, 2M, 1e-4. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3) return value.toExponential(0);
  const rounded = (number: number): string => String(Number(number.toPrecision(4)));
  if (size < 1e4) return rounded(value);
  if (size < 1e6) return `${rounded(value / 1e3)}k`;
  return size < 1e9 ? `${rounded(value / 1e6)}M` : value.toExponential(0);
}

/** A number of no unit in a sentence: four significant digits, n/a where it is undefined. */
export const numberText = (value: number): string => formatCell(value, { type: "DOUBLE" });

import { RandomStream } from "@zoo/engine";

/** `count` different numbers of 0 .. n - 1, ascending, drawn by the seed, each as likely as another; all where there are not more. */
export function samplePlaces(n: number, count: number, seed: number): Int32Array {
  if (count >= n) return Int32Array.from({ length: n }, (_, i) => i);
  return new RandomStream(seed, "SAMPLE")
    .permutation(n)
    .slice(0, Math.max(0, Math.floor(count)))
    .sort();
}

/** `count` of the items at random without replacement, in their order; all of them where there are not more. */
export const randomSample = <T>(items: readonly T[], count: number, seed: number): T[] =>
  Array.from(samplePlaces(items.length, count, seed), (i) => items[i]);

/** `count` of the items, evenly spaced, first and last included; all of them where there are not more. */
export function evenSample<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  if (count === 1) return [items[items.length - 1]];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]);
}

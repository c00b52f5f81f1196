import { expect, test } from "vitest";
import { evenSample, randomSample, samplePlaces } from "../../src/statistics/samples.ts";

const items = Array.from({ length: 10 }, (_, i) => i);

test("random samples are in order, without repetition, and follow the seed", () => {
  const sample = randomSample(items, 4, 1);
  expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b));
  expect(sample.length).toBe(4);
  expect(randomSample(items, 4, 1)).toEqual(sample);
  const others = [2, 3, 4, 5].map((seed) => randomSample(items, 4, seed).join());
  expect(new Set([sample.join(), ...others]).size).toBeGreaterThan(2);
  expect(randomSample(items, 10, 1)).toEqual(items);
  expect(randomSample(items, 99, 1)).toEqual(items);
});

test("even samples have the first and the last, one alone is the last", () => {
  expect(evenSample(items, 4)).toEqual([0, 3, 6, 9]);
  expect(evenSample(items, 1)).toEqual([9]);
  expect(evenSample(items, 10)).toEqual(items);
  expect(evenSample([1], 3)).toEqual([1]);
});

test("random places are those of the random sample, of whatever list", () => {
  const letters = items.map((i) => String.fromCharCode(97 + i));
  expect(randomSample(letters, 4, 7)).toEqual(Array.from(samplePlaces(10, 4, 7), (i) => letters[i]));
  expect(Array.from(samplePlaces(4, 9, 1))).toEqual([0, 1, 2, 3]);
  expect(samplePlaces(1000, 10, 2)).not.toEqual(samplePlaces(1000, 10, 1));
});

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { orderStatistic } from "../../src/statistics/order-statistic.ts";

test("is the number at that place after sorting, and the others are on their sides of it", () => {
  const numbers = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), { minLength: 1 });
  fc.assert(
    fc.property(numbers, fc.nat(), (values, at) => {
      const place = at % values.length;
      const reordered = Float64Array.from(values);
      const sorted = Float64Array.from(values).sort();
      // As sums with 0, since -0 and 0 are equal and may stand in any order.
      expect(orderStatistic(reordered, place) + 0).toBe(sorted[place] + 0);
      expect(
        reordered
          .slice()
          .sort()
          .map((x) => x + 0),
      ).toEqual(sorted.map((x) => x + 0));
      expect(Math.max(...reordered.subarray(0, place + 1))).toBeLessThanOrEqual(sorted[place]);
      expect(Math.min(...reordered.subarray(place))).toBeGreaterThanOrEqual(sorted[place]);
    }),
  );
});

test("is found among equal, ascending and descending numbers, and only where there is one", () => {
  const n = 10_000;
  expect(orderStatistic(new Float64Array(n).fill(2), 17)).toBe(2);
  expect(
    orderStatistic(
      Float64Array.from({ length: n }, (_, i) => i),
      4321,
    ),
  ).toBe(4321);
  expect(
    orderStatistic(
      Float64Array.from({ length: n }, (_, i) => -i),
      0,
    ),
  ).toBe(1 - n);
  for (const place of [-1, 3, 0.5, Number.NaN])
    expect(() => orderStatistic(new Float64Array(3), place)).toThrow("place");
});

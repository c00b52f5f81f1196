import { expect, test } from "vitest";
import { oddness } from "../../src/report/odd-models.ts";

test("a model is as odd as the number in which it is farthest from the median, in robust standard deviations", () => {
  // median 3, absolute deviations 2 1 0 1 7: their median is 1
  const found = oddness({ a: Float64Array.of(1, 2, 3, 4, 10), b: Float64Array.of(0, 0, 1, 2, 3) }, 5);
  expect(found[4]).toEqual({ model: 4, by: "a", value: 10, median: 3, score: 7 / 1.4826 });
  expect(found[0]).toEqual({ model: 0, by: "a", value: 1, median: 3, score: -2 / 1.4826 });
  expect(found[2]).toMatchObject({ score: 0 });
});

test("where half of the models agree nobody is odd, and neither is what is not finite", () => {
  const agreed = oddness({ a: Float64Array.of(1, 1, 1, 1, 9) }, 5);
  expect(agreed.map(({ score }) => score)).toEqual([0, 0, 0, 0, 0]);
  const broken = oddness({ a: Float64Array.of(1, 2, 3, Number.NaN, Number.POSITIVE_INFINITY) }, 5);
  expect(broken.slice(3).map(({ score, by }) => [score, by])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  expect(broken[0].score).toBeCloseTo(-1 / 1.4826, 12);
});

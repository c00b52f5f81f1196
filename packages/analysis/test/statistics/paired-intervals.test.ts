import { RandomStream } from "@zoo/engine";
import { describe, expect, test } from "vitest";
import { percentileInterval } from "../../src/statistics/bootstrap.ts";
import { pairedIntervals } from "../../src/statistics/paired-intervals.ts";
import { pairedTests } from "../../src/statistics/paired-tests.ts";

const options = { seed: 7, resamples: 500, level: 0.95 };

/** The same resamples, each given to the tests as numbers. */
function plain(differences: Float64Array): ReturnType<typeof pairedIntervals> {
  const bySize = differences.slice().sort((a, b) => Math.abs(a) - Math.abs(b));
  const stream = new RandomStream(options.seed, "BOOTSTRAP", 3);
  const zeros = new Float64Array(bySize.length);
  const found = Array.from({ length: options.resamples }, () =>
    pairedTests(
      bySize.map(() => bySize[stream.integer(bySize.length)]),
      zeros,
    ),
  );
  return {
    g: percentileInterval(
      Float64Array.from(found, ({ g }) => g),
      options.level,
    ),
    rankBiserial: percentileInterval(
      Float64Array.from(found, ({ wilcoxon }) => wilcoxon.rankBiserial),
      options.level,
    ),
  };
}

const gap = (a: number, b: number): number => (Number.isNaN(a) && Number.isNaN(b) ? 0 : Math.abs(a - b));

describe("intervals of paired effect sizes", () => {
  test.each([
    ["differences", Array.from({ length: 30 }, (_, i) => Math.sin(i * i) + 0.3)],
    ["differences with ties and zeros", Array.from({ length: 40 }, (_, i) => ((i * 7) % 11) - 4)],
    ["three differences", [1, 2, -0.5]],
  ])("of %s are those of resampled numbers", (_, numbers) => {
    const [found, wanted] = [pairedIntervals(Float64Array.from(numbers), options), plain(Float64Array.from(numbers))];
    const off = (["g", "rankBiserial"] as const).flatMap((key) => [
      gap(found[key].low, wanted[key].low),
      gap(found[key].high, wanted[key].high),
    ]);
    expect(Math.max(...off)).toBeLessThan(1e-12); // sums in another order; worst seen 3e-17
  });

  test("are NaN of one pair, and of g where nothing varies", () => {
    expect(pairedIntervals(Float64Array.of(1), options).g.low).toBeNaN();
    const same = pairedIntervals(Float64Array.of(2, 2, 2, 2), options);
    expect([same.g.low, same.rankBiserial.low, same.rankBiserial.high]).toEqual([Number.NaN, 1, 1]);
    expect(pairedIntervals(new Float64Array(4), options).rankBiserial.high).toBeNaN();
  });
});

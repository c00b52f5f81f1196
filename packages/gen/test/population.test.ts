import { expect, test } from "vitest";
import { histogram, populationTable, type Scores, summarize } from "../src/cli/summary.ts";

/** Test accuracy and loss [M, epochs] of models 0, 1, .. at epochs 0, 1, .. */
function scores(...models: [test_acc: number, test_loss?: number][][]): Scores {
  const flat = models.flat();
  return {
    models,
    measured: models[0].map((_, epoch) => epoch),
    columns: { test_acc: flat.map(([acc]) => acc), test_loss: flat.map(([, loss = 1]) => loss) },
  };
}

test("mean, sample deviation, extremes and finite loss, by epoch", () => {
  const [zero, one] = summarize(
    scores(
      [[0.1, 2], [0.6]],
      [
        [0.1, 3],
        [0.8, Number.NaN],
      ],
    ),
  );
  expect(zero).toEqual({ epoch: 0, models: 2, mean: 0.1, std: 0, min: 0.1, max: 0.1, loss: 2.5 });
  expect(one?.mean).toBeCloseTo(0.7, 12);
  expect(one?.std).toBeCloseTo(Math.SQRT2 / 10, 12);
  expect(one?.loss).toBe(1);
});

test("the table shows the first two epochs, the middle and the last", () => {
  const rising = (most: number) => Array.from({ length: 11 }, (_, epoch): [number] => [(epoch / 10) * most]);
  expect(populationTable(summarize(scores(rising(0.5), rising(1))))).toMatchInlineSnapshot(`
    "  epoch  test accuracy     min      max  test loss
          0    0.0 ± 0.0 %   0.0 %    0.0 %      1.000
          1    7.5 ± 3.5 %   5.0 %   10.0 %      1.000
          5  37.5 ± 17.7 %  25.0 %   50.0 %      1.000
         10  75.0 ± 35.4 %  50.0 %  100.0 %      1.000
    "
  `);
});

test("the table of a single epoch, one model", () => {
  expect(populationTable(summarize(scores([[0.1], [0.5]])))).toMatchInlineSnapshot(`
    "  epoch  test accuracy     min     max  test loss
          0   10.0 ± 0.0 %  10.0 %  10.0 %      1.000
          1   50.0 ± 0.0 %  50.0 %  50.0 %      1.000
    "
  `);
});

test("the histogram covers every model, in whole percents", () => {
  expect(histogram(Float64Array.of(0.101, 0.12, 0.13, 0.131, 0.139, 0.2))).toMatchInlineSnapshot(`
    "   10-11 %  ███████████ 1
       11-12 %
       12-13 %  ███████████ 1
       13-14 %  ████████████████████████████████ 3
       14-15 %
       15-16 %
       16-17 %
       17-18 %
       18-19 %
       19-20 %
       20-21 %  ███████████ 1
    "
  `);
  expect(histogram(Float64Array.of(0.5))).toMatchInlineSnapshot(`
    "   50-51 %  ████████████████████████████████ 1
    "
  `);
  expect(histogram(Float64Array.of(0, 1, 1))).toMatchInlineSnapshot(`
    "    0-10 %  ████████████████ 1
       10-20 %
       20-30 %
       30-40 %
       40-50 %
       50-60 %
       60-70 %
       70-80 %
       80-90 %
      90-100 %  ████████████████████████████████ 2
    "
  `);
});

test("the histogram of 200,000 models is as good as any", () => {
  const accuracies = Float64Array.from({ length: 200_000 }, (_, i) => (i % 4 === 0 ? 0.25 : 0.26));
  expect(histogram(accuracies)).toMatchInlineSnapshot(`
    "   25-26 %  ███████████ 50000
       26-27 %  ████████████████████████████████ 150000
    "
  `);
});

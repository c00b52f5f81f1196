import type { MetricMatrix } from "./metric-matrix.ts";

/** What one model reached over its training. Accuracies are fractions. */
export interface TrainingCourse {
  /** The first of the epochs with the greatest val_acc. */
  bestEpoch: number;
  bestVal: number;
  /** test_acc after that epoch: what choosing by val_acc gives. */
  bestTest: number;
  lastEpoch: number;
  lastTest: number;
  lastGgap: number;
  minTest: number;
  maxTest: number;
  /** The first epoch with the greatest test_acc. To choose by it would be to choose on the test images. */
  maxTestEpoch: number;
}

/**
 * Best, last, least and greatest accuracy of each model over the epochs of the matrices, which must be of the same models
 * and epochs. "Best" is chosen by val_acc, the first epoch on ties; choosing the last epoch on ties, or by test_acc or
 * val_loss, gives other epochs.
 */
export function trainingCourses(val: MetricMatrix, test: MetricMatrix, ggap: MetricMatrix): TrainingCourse[] {
  const { M, epochs } = val;
  const E = epochs.length;
  return Array.from({ length: M }, (_, m) => {
    const row = (matrix: MetricMatrix): Float64Array => matrix.values.subarray(m * E, (m + 1) * E);
    const [vals, tests] = [row(val), row(test)];
    const best = firstGreatest(vals);
    const greatest = firstGreatest(tests);
    return {
      bestEpoch: epochs[best],
      bestVal: vals[best],
      bestTest: tests[best],
      lastEpoch: epochs[E - 1],
      lastTest: tests[E - 1],
      lastGgap: row(ggap)[E - 1],
      minTest: tests.reduce((least, value) => Math.min(least, value), Infinity),
      maxTest: tests[greatest],
      maxTestEpoch: epochs[greatest],
    };
  });
}

function firstGreatest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

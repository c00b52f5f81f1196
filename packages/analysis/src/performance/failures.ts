import { binomialUpper } from "../statistics/distributions.ts";
import type { Baseline } from "./baseline.ts";
import { atEpoch, type MetricMatrix } from "./metric-matrix.ts";

/** By model, 1 where it holds. */
export interface Failures {
  /** test_acc is not significantly above that of the most frequent class. */
  chance: Uint8Array;
  /** At chance, and the loss is no smaller than that of the best answer that is the same for all images. */
  dead: Uint8Array;
  /** All stored losses and accuracies but those of training are the same to the last bit as one measured epoch before. */
  frozen: Uint8Array;
}

/** The chance of calling a model that guesses better than chance. */
export const CHANCE_LEVEL = 0.01;

/**
 * Failures of models after the last epoch of the matrices, from stored metrics alone.
 *
 * Chance: k = test_acc * images right answers are so few that P(X >= k) > 0.01 for X binomial with the rate of the most
 * frequent class. One-sided and not corrected for the number of models: of 100 models that guess, one is called better.
 * Dead: at chance, and test_loss at least the entropy of the labels. A network whose units are all silent answers the
 * same for every image and is among these; one that is only untrained, or worse than silent, is too. Dead units of a
 * network that works are another matter. Frozen: val and test metrics equal those of the epoch before, which happens
 * where no weight moves any more; false where there is one epoch.
 */
export function failuresOf(
  metrics: { test_acc: MetricMatrix; test_loss: MetricMatrix; val_acc: MetricMatrix; val_loss: MetricMatrix },
  { images, accuracy, loss }: Baseline,
): Failures {
  const { M, epochs } = metrics.test_acc;
  const last = epochs.length - 1;
  const accuracies = atEpoch(metrics.test_acc, last);
  const losses = atEpoch(metrics.test_loss, last);
  const chance = Uint8Array.from(accuracies, (acc) =>
    binomialUpper(Math.round(acc * images), images, accuracy) > CHANCE_LEVEL ? 1 : 0,
  );
  const dead = chance.map((is, m) => (is === 1 && losses[m] >= loss ? 1 : 0));
  const same = new Uint8Array(M).fill(last > 0 ? 1 : 0);
  for (const matrix of last > 0 ? Object.values(metrics) : []) {
    const [now, before] = [atEpoch(matrix, last), atEpoch(matrix, last - 1)];
    for (let m = 0; m < M; m++) if (!Object.is(now[m], before[m])) same[m] = 0;
  }
  return { chance, dead, frozen: same };
}

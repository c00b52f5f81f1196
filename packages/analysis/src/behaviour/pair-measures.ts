import type { AnswerPairs } from "./answer-pairs.ts";

/** Counts of one pair of models over N images. */
export interface PairCounts {
  N: number;
  /** The same answer. */
  same: number;
  rightA: number;
  rightB: number;
  bothRight: number;
  bothWrong: number;
  /** Images with the same answer that are expected when both keep how often they give each class, and are independent. */
  chance: number;
  /** Classes. */
  L: number;
}

/**
 * Measures of a pair of models, of the counts alone; NaN where undefined. Agreement, kappa and error consistency are
 * similarities; `right_disagreement` is a dissimilarity.
 */
export const pairMeasures = {
  /** Share of images with the same answer. */
  agreement: ({ N, same }) => same / N,

  /**
   * Agreement of models that are as accurate as these, right on independent images, wrong with each of the L - 1 other
   * classes equally often: a₁a₂ + (1 - a₁)(1 - a₂) / (L - 1).
   */
  expected_agreement: ({ N, rightA, rightB, L }) => {
    const [a, b] = [rightA / N, rightB / N];
    return a * b + ((1 - a) * (1 - b)) / (L - 1);
  },

  /** Cohen 1960: agreement beyond chance, (p - e) / (1 - e). NaN where both give one and the same class always. */
  kappa: ({ N, same, chance }) => (same - chance) / (N - chance),

  /** Of the images on which both are wrong, the share with the same wrong answer. NaN where there is none. */
  error_agreement: ({ same, bothRight, bothWrong }) => (same - bothRight) / bothWrong,

  /** Geirhos et al. 2020: kappa of being right. NaN where both are always right, or both always wrong. */
  error_consistency: ({ N, rightA, rightB, bothRight, bothWrong }) => {
    const chance = (rightA * rightB + (N - rightA) * (N - rightB)) / N;
    return (bothRight + bothWrong - chance) / (N - chance);
  },

  /**
   * Of the images on which at least one is right, the share on which the other is wrong: 1 - Jaccard index of the sets of
   * right answers. NaN where neither is ever right.
   */
  right_disagreement: ({ N, bothRight, bothWrong }) => (N - bothRight - bothWrong) / (N - bothWrong),

  /** Yule's Q of being right, in [-1, 1]: 0 for independent errors (Kuncheva and Whitaker 2003). NaN where it is 0 / 0. */
  q_statistic: ({ rightA, rightB, bothRight, bothWrong }) => {
    const together = bothRight * bothWrong;
    const apart = (rightA - bothRight) * (rightB - bothRight);
    return (together - apart) / (together + apart);
  },

  /** Share of images on which both are wrong. */
  double_fault: ({ N, bothWrong }) => bothWrong / N,
} as const satisfies Record<string, (counts: PairCounts) => number>;

export type PairMeasure = keyof typeof pairMeasures;

/** The counts of models i and j. */
export function countsOf({ M, N, L, right, answers, same, bothRight }: AnswerPairs, i: number, j: number): PairCounts {
  let chance = 0;
  for (let c = 0; c < L; c++) chance += answers[i * L + c] * answers[j * L + c];
  const both = bothRight[i * M + j];
  const bothWrong = N - right[i] - right[j] + both;
  const counts = { N, L, same: same[i * M + j], rightA: right[i], rightB: right[j], bothRight: both, bothWrong };
  return { ...counts, chance: chance / N };
}

/** One measure of all pairs: [M, M], symmetric, with each model's measure with itself on the diagonal. */
export function measurePairs(pairs: AnswerPairs, measure: PairMeasure): Float64Array {
  const { M } = pairs;
  const out = new Float64Array(M * M);
  for (let i = 0; i < M; i++) {
    for (let j = i; j < M; j++) {
      out[i * M + j] = pairMeasures[measure](countsOf(pairs, i, j));
      out[j * M + i] = out[i * M + j];
    }
  }
  return out;
}

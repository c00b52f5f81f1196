import type { Dense, RunOptions } from "@zoo/engine";

/** What M models answer about N images, counted by model and by pair of models. */
export interface AnswerPairs {
  M: number;
  N: number;
  L: number;
  /** [M]: right answers. */
  right: Int32Array;
  /** [M, L]: how often each class is the answer. */
  answers: Int32Array;
  /** [M, M]: images with the same answer. */
  same: Int32Array;
  /** [M, M]: images on which both are right. */
  bothRight: Int32Array;
}

/**
 * Counts answers; every measure of `pairMeasures` follows from these. predictions: [M, N] and labels: [N] of classes below
 * L <= 256. Memory: two matrices [M, M] of 4 bytes, and as much again while they are made.
 */
export async function countAnswers(
  predictions: Uint8Array,
  labels: Uint8Array,
  L: number,
  dense: Dense,
  options: RunOptions = {},
): Promise<AnswerPairs> {
  const N = labels.length;
  const M = predictions.length / N;
  if (!Number.isInteger(M)) throw new RangeError(`predictions [M, ${N}] cannot have ${predictions.length} elements`);
  const right = new Int32Array(M);
  const answers = new Int32Array(M * L);
  const isRight = new Uint8Array(M * N);
  for (let i = 0; i < M; i++) {
    for (let k = 0; k < N; k++) {
      const answer = predictions[i * N + k];
      if (answer >= L) throw new RangeError(`model ${i} answers class ${answer}; there are ${L}`);
      answers[i * L + answer]++;
      if (answer === labels[k]) {
        isRight[i * N + k] = 1;
        right[i]++;
      }
    }
  }
  const same = await dense.matches(predictions, predictions, N, options);
  // Equal entries of two rows are both right or both wrong: of these N - right[i] - right[j] + bothRight are wrong.
  const bothRight = await dense.matches(isRight, isRight, N, options);
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < M; j++) bothRight[i * M + j] = (bothRight[i * M + j] + right[i] + right[j] - N) / 2;
  }
  return { M, N, L, right, answers, same, bothRight };
}

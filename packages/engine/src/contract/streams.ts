/**
 * What random numbers are for. A stream is the top half of the last counter word, so no consumer can shift another.
 * native/passes.h repeats DROPOUT. Numbers are never given again.
 */
export const streams = {
  /** Initial weights; low half = index of the parameter tensor. */
  INIT: 1,
  /** Order of the training samples; third counter word = epoch. */
  ORDER: 2,
  /** Dropout; low half = index of the layer, second word = position in the epoch, third = epoch. */
  DROPOUT: 3,
  /** Seeds that a recipe draws; third counter word = combination of its grid. */
  SEEDS: 4,
  /** Train, validation and test split of the models of a zoo. */
  MODEL_SPLIT: 5,
  /** Random samples of models, for `verify`. */
  SAMPLE: 6,
  /** Bootstrap resamples of an analysis. */
  BOOTSTRAP: 7,
  /** Permutation tests of an analysis. */
  PERMUTATION: 8,
  /** Random starts when networks are aligned; low half = number of the start. */
  ALIGNMENT: 10,
  /** Probes, directions and sampled positions in loss landscapes; low half = purpose and number, third word = model. */
  LANDSCAPE: 11,
} as const;

export type StreamName = keyof typeof streams;

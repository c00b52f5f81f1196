export { openHyperrep, readHyperrep, type TrainedHyperrep } from "./hyperrep/hyperrep-artefact.ts";
export { type NetworkRows, networkRows } from "./hyperrep/hyperrep-data.ts";
export { HyperrepTrainer, type TrainerInput, type TrainerState } from "./hyperrep/hyperrep-trainer.ts";
export { loadRun, openRun, saveRun } from "./hyperrep/trainer-checkpoint.ts";
export * from "./index.ts";
export { type LogisticOptions, logistic } from "./learners/classifiers/logistic.ts";
export { type SoftmaxOptions, softmax } from "./learners/classifiers/softmax.ts";
export type { Learner, LearnerOptions, Predictions } from "./learners/learner.ts";
export { type RidgeOptions, ridge, ridgeLambdas } from "./learners/ridge/ridge.ts";

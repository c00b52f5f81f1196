export type { Feature } from "./features/feature.ts";
export * from "./index.ts";
export type { Learner, LearnerOptions, Predictions } from "./learners/learner.ts";

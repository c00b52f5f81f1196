export type { FeatureBlock, FeatureMatrix } from "./features/feature.ts";
export {
  checkConfig,
  type HyperrepConfig,
  hyperrepConfigs,
  namedConfig,
} from "./hyperrep/hyperrep-config.ts";
export { type HyperrepParts, hyperrepLatent } from "./hyperrep/hyperrep-latent.ts";
export { type Normalisation, normalisationOf, normalised, restored } from "./hyperrep/normalisation.ts";
export type { Tf } from "./hyperrep/tf.ts";
export { fromTokens, type TokenLayer, type TokenPlan, tokenPlan, toTokens } from "./hyperrep/token-plan.ts";
export type { LatentModel } from "./latent/latent-model.ts";
export { type PcaLatentOptions, pcaLatent } from "./latent/pca-latent.ts";
export { accuracy, balancedAccuracy } from "./metrics/accuracy.ts";
export { type KendallTau, kendallTau } from "./metrics/kendall.ts";
export {
  type ClassificationMetrics,
  classificationMetrics,
  type Metric,
  type MetricOptions,
  type RegressionMetrics,
  regressionMetrics,
  type ScoredStates,
} from "./metrics/metric-intervals.ts";
export { meanAbsoluteError, rSquared } from "./metrics/r-squared.ts";
export {
  rowCount,
  type SplitName,
  type SplitRows,
  type StateRows,
  splitNames,
  splitRows,
} from "./problem/state-rows.ts";
export type { ClassTarget, NumberTarget, Target } from "./targets/target.ts";

export type { FeatureBlock, FeatureMatrix } from "./features/feature.ts";
export type { LatentModel } from "./latent/latent-model.ts";
export {
  rowCount,
  type SplitName,
  type SplitRows,
  type StateRows,
  splitNames,
  splitRows,
} from "./problem/state-rows.ts";
export type { ClassTarget, NumberTarget, Target } from "./targets/target.ts";

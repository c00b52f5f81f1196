import { chainSupport } from "../contract/chain-support.ts";
import { type Engine, NUMERICS_VERSION } from "../contract/engine.ts";
import { ReferenceCohort } from "./cohort.ts";
import { ReferencePopulation } from "./population.ts";
import { referenceDense } from "./reference-dense.ts";

/** Plain loops, one model after the other: about 200 samples a second, and bit for bit what the kernels compute. */
export const referenceEngine: Engine = {
  name: "reference",
  id: "reference",
  numerics: { name: NUMERICS_VERSION, exact: true },
  preferredModels: 1,
  supports: chainSupport,
  createCohort: async (spec) => new ReferenceCohort(spec),
  createPopulation: async (spec) => new ReferencePopulation(spec),
  dense: referenceDense,
};

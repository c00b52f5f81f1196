import { chainSupport } from "../contract/chain-support.ts";
import { type Engine, NUMERICS_VERSION } from "../contract/engine.ts";
import type { Kernels } from "./kernels.ts";
import { LaneCohort } from "./lane-cohort.ts";
import { LaneDense } from "./lane-dense.ts";
import { LanePopulation } from "./lane-population.ts";
import { SharedImages } from "./shared-images.ts";

/** An engine that runs the compiled kernels, `kernels.lanes` models per vector. */
export function laneEngine(kernels: Kernels): Engine {
  const shared = new SharedImages(kernels);
  return {
    name: kernels.name,
    id: kernels.id,
    numerics: { name: NUMERICS_VERSION, exact: true },
    preferredModels: kernels.lanes,
    supports: chainSupport,
    createCohort: async (spec) => new LaneCohort(kernels, spec, shared),
    createPopulation: async (spec) => new LanePopulation(kernels, spec),
    dense: new LaneDense(kernels),
  };
}

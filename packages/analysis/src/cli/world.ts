import { availableParallelism } from "node:os";
import { type World as BaseWorld, realWorld as baseWorld } from "@zoo/cli";
import { loadDataset } from "@zoo/data";
import { openExecutor } from "@zoo/engine/node";

/** All that the program touches besides files, so that tests can replace it. */
export interface World extends BaseWorld {
  /** Cores that this process may use. */
  cores: number;
  loadDataset: typeof loadDataset;
  openExecutor: typeof openExecutor;
}

export function realWorld(): World {
  return { ...baseWorld(), cores: availableParallelism(), loadDataset, openExecutor };
}

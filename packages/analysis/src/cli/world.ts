import { availableParallelism } from "node:os";
import { type World as BaseWorld, realWorld as baseWorld, versionOf } from "@zoo/cli";
import { loadDataset } from "@zoo/data";
import { openExecutor } from "@zoo/engine/node";

/** All that the program touches besides files, so that tests can replace it. */
export interface World extends BaseWorld {
  /** Cores that this process may use. */
  cores: number;
  loadDataset: typeof loadDataset;
  openExecutor: typeof openExecutor;
  /** The program that makes artefacts. */
  maker: { readonly name: string; readonly version: string };
}

const maker = { name: "@zoo/analysis", version: versionOf(new URL("../../package.json", import.meta.url)) };

export function realWorld(): World {
  return { ...baseWorld(), cores: availableParallelism(), loadDataset, openExecutor, maker };
}

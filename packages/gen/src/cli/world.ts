import type { World as BaseWorld } from "@zoo/cli";
import type { ImageDataset, LoadOptions } from "@zoo/data";
import type { Executor, ExecutorOptions, loadEngine, probeEngines } from "@zoo/engine/node";

/** All that the program touches besides the files of a zoo, so that tests can replace it. `main` fills in the real ones. */
export interface World extends BaseWorld {
  /** Bytes that this user may still write to the file system of a folder that exists. */
  freeBytes(folder: string): Promise<number>;
  /** Cores that this process may use. */
  cores: number;
  loadDataset(name: ImageDataset["name"], options: LoadOptions): Promise<ImageDataset>;
  loadEngine: typeof loadEngine;
  probeEngines: typeof probeEngines;
  openExecutor(options: ExecutorOptions): Promise<Executor>;
}

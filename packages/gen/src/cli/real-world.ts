import { statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { realWorld as baseWorld } from "@zoo/cli";
import { loadDataset } from "@zoo/data";
import { loadEngine, openExecutor, probeEngines } from "@zoo/engine/node";
import { isZooError, ZooError } from "@zoo/format";
import type { World } from "./world.ts";

/** This process, this machine's disks and engines, and image data where @zoo/data finds them. */
export function realWorld(): World {
  return {
    ...baseWorld(),
    cores: availableParallelism(),
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    loadDataset: (name, options) => loadDataset(name, options).catch(inWordsOfTheCommand),
    loadEngine,
    probeEngines,
    openExecutor,
  };
}

// What @zoo/data calls dataDir is an option here.
function inWordsOfTheCommand(e: unknown): never {
  if (!isZooError(e)) throw e;
  throw new ZooError(e.code, e.message.replaceAll("dataDir", "--data-dir"), e.details, { cause: e });
}

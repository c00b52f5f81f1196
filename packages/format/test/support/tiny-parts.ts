import type { CommittedShard, ManifestFields, ModelFields, ZooParts } from "../../src/node.ts";
import { tinyFields, tinyModels, tinyPlan, tinyShards, writeTinyShard } from "./tiny-shard.ts";

/** What `writeZoo` takes for the tiny zoo of 5 models in 2 shards, 3 states each. */
export function tinyParts(fields: Partial<ManifestFields> = {}, parts: Partial<ZooParts> = {}): ZooParts {
  const models = tinyModels(tinyShards)
    .sort((a, b) => a.id - b.id)
    .map(withoutPlace);
  const states = [0, 1, 2];
  const columns = { models: [], metrics: [] };
  return {
    manifest: { ...tinyFields, states, measured: states, columns, ...fields },
    models,
    shards: 2,
    ...parts,
  };
}

/** The last first, because the order is nobody's business. */
export async function writeTinyShards(dir: string): Promise<CommittedShard[]> {
  const last = await writeTinyShard(dir, tinyPlan(1, tinyShards[1]));
  return [await writeTinyShard(dir, tinyPlan(0, tinyShards[0])), last];
}

function withoutPlace(row: ReturnType<typeof tinyModels>[number]): ModelFields {
  const model: Partial<typeof row> = { ...row };
  for (const key of ["shard", "row", "diverged"] as const) delete model[key];
  return model as ModelFields;
}

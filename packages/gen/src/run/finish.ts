import type { ImageDataset } from "@zoo/data";
import { NUMERICS_VERSION } from "@zoo/engine";
import type { DatasetEntry, Json, ModelRow } from "@zoo/format";
import { writeZoo } from "@zoo/format/node";
import { version } from "../cli/version.ts";
import type { Plan } from "../recipe/plan.ts";
import type { PublishedShard } from "./train.ts";

/** Writes what makes the published shards a zoo; zoo.json last. Equal arguments give equal bytes. */
export async function finishZoo(
  plan: Plan,
  dir: string,
  shards: readonly PublishedShard[],
  data: ImageDataset,
  engineId: string,
): Promise<void> {
  const { recipe, architecture, epochs } = plan;
  const diverged = new Set(shards.flatMap((shard) => shard.diverged));
  const models = plan.shards.flatMap(({ index, models }) =>
    models.map(
      ({ id, split, hyperparameters }, row): ModelRow => ({
        id,
        shard: index,
        row,
        split,
        ...hyperparameters,
        diverged: diverged.has(id),
      }),
    ),
  );
  await writeZoo(dir, {
    manifest: {
      numerics_version: NUMERICS_VERSION,
      name: recipe.name,
      title: recipe.title,
      recipe: recipe as unknown as { [key: string]: Json },
      architecture,
      dataset: datasetEntry(data),
      engine: { id: engineId },
      software: { "@zoo/gen": version, node: process.version },
      epochs,
    },
    models,
    shards: shards.map(({ entry }) => entry),
  });
}

function datasetEntry({ name, shape, classes, splits, scale, shift, sources }: ImageDataset): DatasetEntry {
  const { train, val, test } = splits;
  return {
    name,
    shape,
    classes,
    splits: { train: train.length, val: val.length, test: test.length },
    scale: [...scale],
    shift: [...shift],
    sources,
  };
}

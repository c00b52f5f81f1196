import type { ImageDataset } from "@zoo/data";
import type { Numerics } from "@zoo/engine";
import type { DatasetEntry, Json } from "@zoo/format";
import { type ModelFields, writeZoo, type ZooParts } from "@zoo/format/node";
import { version } from "../cli/version.ts";
import type { PlannedModels } from "../recipe/expand.ts";
import type { Plan } from "../recipe/plan.ts";
import { trainingOf } from "../recipe/training.ts";

/** Writes what makes the published shards a zoo; zoo.json last. Several processes may do it at once: one does. */
export async function finishZoo(plan: Plan, dir: string, data: ImageDataset, numerics: Numerics): Promise<void> {
  await writeZoo(dir, zooParts(plan, data, numerics));
}

/** What the shards do not say of the zoo. */
export function zooParts(plan: Plan, data: ImageDataset, numerics: Numerics): ZooParts {
  const { recipe, architecture, states, measured } = plan;
  return {
    manifest: {
      numerics,
      name: recipe.name,
      title: recipe.title,
      recipe: recipe as unknown as { [key: string]: Json },
      architecture,
      dataset: datasetEntry(data),
      training: trainingOf(recipe),
      software: { "@zoo/gen": version, node: process.version },
      states,
      measured,
      columns: { models: [], metrics: [] },
    },
    models: { [Symbol.iterator]: () => modelRows(plan.models) },
    shards: plan.shards.length,
  };
}

function* modelRows(models: PlannedModels): Generator<ModelFields> {
  for (const { id, split, hyperparameters } of models) yield { id, split, ...hyperparameters };
}

function datasetEntry({ name, shape, classes, splits, scale, shift, ...about }: ImageDataset): DatasetEntry {
  const { train, val, test } = splits;
  const { sources, sha256, transforms, notes } = about;
  return {
    name,
    shape,
    classes,
    splits: { train: train.length, val: val.length, test: test.length },
    scale: [...scale],
    shift: [...shift],
    transforms,
    sources,
    sha256,
    notes,
  };
}

import { isZooError } from "../errors.ts";
import type { Architecture } from "../model/architecture.ts";
import { layoutText, type StatedLayout } from "../model/layout-text.ts";
import { type ColumnDeclaration } from "./columns.ts";
import { SOURCE_ID } from "./declared-columns.ts";
import { checkVersion } from "./format-version.ts";
import { badZoo, decodeJson, matchSchema } from "./json.ts";
import {
  type FileEntry,
  MAX_SHARD_MODELS,
  MAX_STATE_BYTES,
  type Manifest,
  manifestSchema,
  weightsArray,
} from "./manifest.ts";
import { zooRoot } from "./merkle.ts";
import { normalisationFault } from "./normalisation.ts";
import { MAX_TABLE_BYTES } from "./parquet.ts";
import { arrayPath, MANIFEST_PATH, METRICS_FOLDER, MODELS_PATH, metricsPath } from "./paths.ts";
import { DATA_ALIGNMENT, MAX_HEADER_BYTES } from "./safetensors.ts";
import { headerBytes, statedLayout, vectorBytes } from "./stated-layout.ts";
import { metricColumns, modelColumns } from "./tables.ts";

/** Parses zoo.json and checks every rule that needs no other file. Throws ZooError `bad-zoo`. */
export function parseManifest(json: Uint8Array, path: string = MANIFEST_PATH): Manifest {
  const value = decodeJson(json, path);
  checkVersion(value, path);
  const manifest = matchSchema<Manifest>(value, manifestSchema, path);
  checkManifest(manifest, path);
  return manifest;
}

/** The rules between the fields of a manifest that already has the right types. Throws ZooError `bad-zoo`. */
export function checkManifest(manifest: Manifest, path: string = MANIFEST_PATH): void {
  const fail = (rule: string): never => {
    throw badZoo(path, rule);
  };
  checkNetwork(manifest, path, fail);
  ascending(manifest.requires, "requires", fail);
  checkEpochs(manifest, fail);
  checkArrays(manifest, fail);
  checkColumns(manifest.columns, fail);
  if (manifest.derived_from !== undefined) {
    const source = manifest.columns.models.find(({ name }) => name === SOURCE_ID);
    if (source?.type !== "INT32") fail(`derived_from needs the column ${SOURCE_ID} of type INT32 in columns.models`);
  }
  checkShards(manifest, fail);
  checkTable(manifest.models_table, MODELS_PATH, "models_table", fail);
  const root = zooRoot(manifest.shards);
  if (manifest.root !== root) fail(`root is ${manifest.root}, but those of the shards make ${root}`);
}

type Fail = (rule: string) => never;

function checkNetwork({ architecture, layout, dataset }: Manifest, path: string, fail: Fail): void {
  if (layoutText(layoutOf(architecture, path)) !== layoutText(layout)) {
    fail("layout is not the one that architecture gives");
  }
  if (dataset.shape.join() !== architecture.input.join()) {
    fail(`dataset.shape [${dataset.shape.join(", ")}] is not architecture.input [${architecture.input.join(", ")}]`);
  }
  if (dataset.classes !== architecture.classes) {
    fail(`dataset.classes ${dataset.classes} is not architecture.classes ${architecture.classes}`);
  }
  const [channels] = dataset.shape;
  if (dataset.scale.length !== channels || dataset.shift.length !== channels) {
    fail(`dataset.scale and dataset.shift must have one number per channel, ${channels}`);
  }
  const wide = [...dataset.scale, ...dataset.shift].find((x) => Math.fround(x) !== x);
  if (wide !== undefined) fail(`dataset.scale and dataset.shift must be float32 numbers, and ${wide} is none`);
  const fault = normalisationFault(dataset);
  if (fault !== null) fail(fault);
}

function layoutOf(architecture: Architecture, path: string): StatedLayout {
  try {
    return statedLayout(architecture);
  } catch (e) {
    if (isZooError(e, "bad-architecture")) throw badZoo(path, e.message, e);
    throw e;
  }
}

function ascending(items: readonly (number | string)[], at: string, fail: Fail): void {
  const wrong = items.findIndex((item, i) => i > 0 && !(item > items[i - 1]));
  if (wrong > 0)
    fail(
      `${at}[${wrong}] is ${JSON.stringify(items[wrong])}, after ${JSON.stringify(items[wrong - 1])}; they must ascend`,
    );
}

function checkEpochs({ states, measured, epochs }: Manifest, fail: Fail): void {
  ascending(states, "states", fail);
  ascending(measured, "measured", fail);
  const known = new Set(measured);
  const unmeasured = states.find((epoch) => !known.has(epoch));
  if (unmeasured !== undefined) fail(`states has epoch ${unmeasured}, which measured lacks`);
  const last = measured[measured.length - 1];
  if (epochs !== last) fail(`epochs is ${epochs}, but the last of measured is ${last}`);
}

function checkArrays({ arrays, layout }: Manifest, fail: Fail): void {
  const needed: [name: string, axis: string][] = [["weights", "weight"]];
  if (layout.buffers.length > 0) needed.push(["buffers", "buffer"]);
  for (const [name, axis] of needed) {
    const found = arrays.filter((array) => array.name === name && array.dtype !== "U8" && array.axes[2] === axis);
    if (found.length !== 1) fail(`arrays must have one array ${name}, F32 or F16, [state, model, ${axis}]`);
  }
  for (const [i, { name, axes }] of arrays.entries()) {
    if (arrays.findIndex((array) => array.name === name) !== i) fail(`arrays[${i}] has the name ${name} again`);
    if (name === METRICS_FOLDER) fail(`arrays[${i}] has the name of the folder ${METRICS_FOLDER}`);
    if (axes[0] !== "state" || axes[1] !== "model" || (axes[2] !== "weight" && axes[2] !== "buffer")) {
      fail(`arrays[${i}].axes is [${axes.join(", ")}], but must be [state, model, weight] or [state, model, buffer]`);
    }
    if (axes[2] === "buffer" && layout.buffers.length === 0) {
      fail(`arrays[${i}] has the axis buffer, but the architecture has no buffers`);
    }
  }
}

/** A name means one column in both tables together, so that a condition needs no table's name. */
function checkColumns({ models, metrics }: Manifest["columns"], fail: Fail): void {
  const seen = new Set([...Object.keys(modelColumns), ...Object.keys(metricColumns)]);
  const check = (declared: readonly ColumnDeclaration[], at: string): void => {
    for (const [i, { name }] of declared.entries()) {
      if (seen.has(name)) fail(`${at}[${i}] has the name ${name}, which another column has`);
      seen.add(name);
    }
  };
  check(models, "columns.models");
  check(metrics, "columns.metrics");
}

function checkShards(manifest: Manifest, fail: Fail): void {
  const seen = new Set<number>();
  const names = manifest.arrays.map(({ name }) => name);
  const weights = vectorBytes(manifest, weightsArray(manifest));
  for (const [i, shard] of manifest.shards.entries()) {
    const at = `shards[${i}]`;
    if (shard.index !== i) fail(`${at}.index is ${shard.index}, but must be its position ${i}`);
    for (const model of shard.models) {
      if (seen.has(model)) fail(`${at}.models names model ${model}, which another row has already`);
      seen.add(model);
    }
    const M = shard.models.length;
    if (M > 1 && M * weights > MAX_STATE_BYTES) {
      fail(
        `${at} has ${M} models of ${weights} bytes; more than one may take ${MAX_STATE_BYTES} bytes together, and be ${MAX_SHARD_MODELS} at most`,
      );
    }
    ascending(shard.engines, `${at}.engines`, fail);
    checkTable(shard.metrics, metricsPath(i), `${at}.metrics`, fail);
    const found = Object.keys(shard.arrays);
    if (found.length !== names.length || names.some((name) => !Object.hasOwn(shard.arrays, name))) {
      fail(`${at}.arrays has ${found.join(", ") || "none"}, but arrays declares ${names.join(", ")}`);
    }
    for (const array of manifest.arrays) {
      const entry = shard.arrays[array.name];
      checkPath(entry, arrayPath(array.name, i), `${at}.arrays.${array.name}`, fail);
      const header = headerBytes(manifest, shard, array);
      if (header < DATA_ALIGNMENT || header > 8 + MAX_HEADER_BYTES || header % DATA_ALIGNMENT !== 0) {
        fail(`${at}.arrays.${array.name}.bytes is ${entry.bytes}, which leaves ${header} for the header`);
      }
    }
  }
  if (seen.size !== manifest.models) fail(`models is ${manifest.models}, but the shards hold ${seen.size}`);
}

function checkTable(entry: FileEntry, canonical: string, at: string, fail: Fail): void {
  checkPath(entry, canonical, at, fail);
  if (entry.bytes > MAX_TABLE_BYTES) fail(`${at}.bytes exceeds ${MAX_TABLE_BYTES}`);
}

function checkPath(entry: FileEntry, canonical: string, at: string, fail: Fail): void {
  if (entry.path !== canonical) {
    fail(`${at}.path is ${JSON.stringify(entry.path)}, but must be ${JSON.stringify(canonical)}`);
  }
}

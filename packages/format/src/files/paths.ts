/** Where things are in a zoo, relative to its folder. A manifest may name no other path. */
export const MANIFEST_PATH = "zoo.json";
export const MODELS_PATH = "models.parquet";
export const CARD_PATH = "README.md";
export const CROISSANT_PATH = "croissant.json";
/** Unfinished work; never part of a complete zoo. */
export const PARTIAL_PATH = ".partial";

/** Folder of the tables of metrics; no array may have this name. */
export const METRICS_FOLDER = "metrics";
/** More files in one folder are slow to list on many file systems. */
export const SHARDS_PER_FOLDER = 4096;

export const shardName = (index: number): string => `shard-${String(index).padStart(5, "0")}`;

/** A function of the index alone: shards from 4096 on lie in numbered subfolders. */
function placeOf(index: number): string {
  const folder = Math.floor(index / SHARDS_PER_FOLDER);
  return folder === 0 ? shardName(index) : `${String(folder).padStart(4, "0")}/${shardName(index)}`;
}

export const arrayPath = (array: string, index: number): string => `${array}/${placeOf(index)}.safetensors`;
export const weightsPath = (index: number): string => arrayPath("weights", index);
export const metricsPath = (index: number): string => `${METRICS_FOLDER}/${placeOf(index)}.parquet`;

/** Where things are in a zoo, relative to its folder. A manifest may name no other path. */
export const MANIFEST_PATH = "zoo.json";
export const MODELS_PATH = "models.parquet";
export const CARD_PATH = "README.md";
export const CROISSANT_PATH = "croissant.json";
/** Unfinished work; never part of a complete zoo. */
export const PARTIAL_PATH = ".partial";

export const shardName = (index: number): string => `shard-${String(index).padStart(5, "0")}`;
export const weightsPath = (index: number): string => `weights/${shardName(index)}.safetensors`;
export const metricsPath = (index: number): string => `metrics/${shardName(index)}.parquet`;

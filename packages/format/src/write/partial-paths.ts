import { join } from "node:path";
import { PARTIAL_PATH, SHARDS_PER_FOLDER, shardName } from "../files/paths.ts";

// Where unfinished work is; README.md beside this file says what each is for.

/** Holds all that only an unfinished zoo needs. */
export const partialFolder = (zooDir: string): string => join(zooDir, PARTIAL_PATH);

/** The attempts at a shard, a folder each. */
export const attemptsFolder = (zooDir: string, index: number): string => join(partialFolder(zooDir), shardName(index));

export const claimsFolder = (zooDir: string): string => join(partialFolder(zooDir), "claims");

export const claimPath = (zooDir: string, index: number, number: number): string =>
  join(claimsFolder(zooDir), `${shardName(index)}${numbered(number)}.json`);

export const commitsFolder = (zooDir: string): string => join(partialFolder(zooDir), "commits");

/** The commit records of a shard, without number and ending; at most `SHARDS_PER_FOLDER` shards a folder. */
export function commitBase(zooDir: string, index: number): string {
  const folder = Math.floor(index / SHARDS_PER_FOLDER);
  const parent = folder === 0 ? commitsFolder(zooDir) : join(commitsFolder(zooDir), String(folder).padStart(4, "0"));
  return join(parent, shardName(index));
}

/** Attempts at the files that make a zoo of published shards, and the record that decides between them. */
export const finishFolder = (zooDir: string): string => join(partialFolder(zooDir), "finish");
export const finishBase = (zooDir: string): string => join(finishFolder(zooDir), "commit");

/** What the shards of an unfinished zoo do not say of it: fields of its manifest, and its models. */
export const partsPath = (zooDir: string): string => join(partialFolder(zooDir), "parts.json");
export const partsModelsPath = (zooDir: string): string => join(partialFolder(zooDir), "parts.parquet");

/** The shard that a claim, a commit record or a folder of attempts is about; null for any other name. */
export function shardOf(name: string): number | null {
  const digits = /^shard-(\d{5,})(\.\d+)?(\.json)?$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** How a file's name says that it is not the first of its kind. */
export const numbered = (number: number): string => (number === 0 ? "" : `.${number}`);

/** The other way. */
export const numberOf = (name: string): number => Number(/\.(\d+)\.json$/.exec(name)?.[1] ?? 0);

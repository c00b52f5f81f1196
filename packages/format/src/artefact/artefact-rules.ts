import { elementBytes } from "../files/elements.ts";
import { badZoo, parseJson } from "../files/json.ts";
import type { FileEntry } from "../files/manifest.ts";
import { MAX_TABLE_BYTES } from "../files/parquet.ts";
import { DATA_ALIGNMENT, MAX_HEADER_BYTES } from "../files/safetensors.ts";
import { type Artefact, type ArtefactArray, type ArtefactTable, artefactSchema } from "./artefact.ts";

export const ARTEFACT_PATH = "artefact.json";
export const artefactArrayPath = (name: string): string => `${name}.safetensors`;
export const artefactTablePath = (name: string): string => `${name}.parquet`;

/** Every file of an artefact, artefact.json included. */
export function artefactFiles({ arrays, tables }: Artefact): string[] {
  return [ARTEFACT_PATH, ...[...arrays, ...tables].map(({ file }) => file.path)];
}

/** Bytes of the data in an array's file; what is left of the file is its header. */
export function arrayBytes({ dtype, shape }: Pick<ArtefactArray, "dtype" | "shape">): number {
  return shape.reduce((a, b) => a * b, elementBytes[dtype]);
}

/** Parses artefact.json and checks every rule that needs no other file. Throws ZooError `bad-zoo`. */
export function parseArtefact(json: Uint8Array, path: string = ARTEFACT_PATH): Artefact {
  const artefact = parseJson<Artefact>(json, artefactSchema, path);
  checkArtefact(artefact, path);
  return artefact;
}

/** The rules between the fields of an artefact.json that has the right types. Throws ZooError `bad-zoo`. */
export function checkArtefact({ arrays, tables }: Artefact, path: string = ARTEFACT_PATH): void {
  for (const list of [arrays, tables]) {
    const twice = repeated(list.map(({ name }) => name));
    if (twice !== null) throw badZoo(path, `the name ${JSON.stringify(twice)} is there twice`);
  }
  for (const [i, array] of arrays.entries()) checkArray(array, `arrays[${i}]`, path);
  for (const [i, table] of tables.entries()) checkTable(table, `tables[${i}]`, path);
}

function checkArray(array: ArtefactArray, at: string, path: string): void {
  const { name, shape, axes, file } = array;
  checkPath(file, artefactArrayPath(name), at, path);
  if (axes.length !== shape.length)
    throw badZoo(path, `${at}.axes names ${axes.length} axes, but shape has ${shape.length}`);
  const data = arrayBytes(array);
  if (data > Number.MAX_SAFE_INTEGER) throw badZoo(path, `${at}.shape takes ${data} bytes`);
  const header = file.bytes - data;
  if (header < DATA_ALIGNMENT || header > 8 + MAX_HEADER_BYTES || header % DATA_ALIGNMENT !== 0)
    throw badZoo(path, `${at}.file.bytes is ${file.bytes}, which leaves ${header} for the header`);
}

function checkTable({ name, columns, file }: ArtefactTable, at: string, path: string): void {
  checkPath(file, artefactTablePath(name), at, path);
  const twice = repeated(columns.map((column) => column.name));
  if (twice !== null) throw badZoo(path, `${at}.columns has ${JSON.stringify(twice)} twice`);
  if (file.bytes > MAX_TABLE_BYTES) throw badZoo(path, `${at}.file.bytes exceeds ${MAX_TABLE_BYTES}`);
}

function checkPath(file: FileEntry, canonical: string, at: string, path: string): void {
  if (file.path !== canonical) {
    throw badZoo(path, `${at}.file.path is ${JSON.stringify(file.path)}, but must be ${JSON.stringify(canonical)}`);
  }
}

function repeated(names: readonly string[]): string | null {
  return names.find((name, i) => names.indexOf(name) !== i) ?? null;
}

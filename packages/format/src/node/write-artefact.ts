import { open } from "node:fs/promises";
import { join } from "node:path";
import {
  ARTEFACT_FORMAT,
  ARTEFACT_VERSION,
  type Artefact,
  type ArtefactArray,
  type ArtefactTable,
} from "../artefact/artefact.ts";
import {
  ARTEFACT_PATH,
  arrayBytes,
  artefactArrayPath,
  artefactTablePath,
  parseArtefact,
} from "../artefact/artefact-rules.ts";
import type { ColumnSpec, Table } from "../files/columns.ts";
import { toLittleEndian } from "../files/endian.ts";
import { columnName } from "../files/fields.ts";
import { badZoo } from "../files/json.ts";
import type { FileEntry } from "../files/manifest.ts";
import { writeTable } from "../files/parquet.ts";
import { encodeHeader } from "../files/safetensors.ts";
import { toHex } from "../files/sha256.ts";
import { type TypedArray, typedArrays } from "../files/typed-arrays.ts";
import { claimPlace, publishAt } from "./artefact-place.ts";
import { nodeHasher, sha256 } from "./digest.ts";
import { removeFolder, syncFolder, writeAll, writeDurably } from "./durable.ts";
import { io, nothingWritten } from "./io-error.ts";

/** An array to write. data: row-major and of its dtype, whole or in pieces that follow one another. */
export interface ArrayPart extends Omit<ArtefactArray, "file"> {
  data: TypedArray | AsyncIterable<TypedArray>;
}

export interface TablePart extends Omit<ArtefactTable, "file"> {
  data: Table<Record<string, ColumnSpec>>;
}

export interface ArtefactParts extends Omit<Artefact, "format" | "format_version" | "arrays" | "tables"> {
  arrays?: readonly ArrayPart[];
  tables?: readonly TablePart[];
}

const CHUNK_BYTES = 2 ** 24;

/**
 * Writes an artefact as a folder of its own, in one step: a reader finds all of it or nothing. Equal parts give equal bytes.
 *
 * An artefact of the same kind and name that is stale gives way; anything else in the folder stays, unless it is an
 * artefact and `replace` is set. Throws ZooError `misuse` where the folder lies in a zoo, `zoo-exists` where it holds
 * something that stays, `bad-zoo` where a part breaks a rule of the format, `io` where the system refuses, and RangeError
 * where data is not of its dtype and shape.
 */
export async function writeArtefact(
  folder: string,
  parts: ArtefactParts,
  { replace = false }: { replace?: boolean } = {},
): Promise<Artefact> {
  checkNames(parts.arrays ?? []);
  checkNames(parts.tables ?? []);
  const place = await claimPlace(folder, parts, replace);
  try {
    const artefact = await writeFiles(place.temporary, parts);
    await publishAt(place);
    return artefact;
  } catch (e) {
    await removeFolder(place.temporary).catch(() => {}); // the first failure is the one to tell
    throw nothingWritten(folder, e);
  }
}

/** Names become paths, so they are checked before anything is written. */
function checkNames(parts: readonly { name: string }[]): void {
  for (const [i, { name }] of parts.entries()) {
    const text = JSON.stringify(name);
    if (!columnName.safeParse(name).success) throw badZoo(text, "a name of an array or table has a-z, 0-9 and '_'");
    if (parts.findIndex((part) => part.name === name) < i) throw badZoo(text, "this name is there twice");
  }
}

async function writeFiles(folder: string, parts: ArtefactParts): Promise<Artefact> {
  const { kind, name, zoo, parameters, made_by } = parts;
  const arrays: ArtefactArray[] = [];
  for (const part of parts.arrays ?? []) arrays.push(await writeArray(folder, part));
  const tables: ArtefactTable[] = [];
  for (const part of parts.tables ?? []) tables.push(await writeTablePart(folder, part));
  const artefact: Artefact = {
    format: ARTEFACT_FORMAT,
    format_version: ARTEFACT_VERSION,
    kind,
    name,
    zoo,
    parameters,
    made_by,
    arrays,
    tables,
  };
  const json = new TextEncoder().encode(`${JSON.stringify(artefact, null, 2)}\n`);
  parseArtefact(json);
  await writeDurably(join(folder, ARTEFACT_PATH), json, "wx");
  await syncFolder(folder);
  return artefact;
}

async function writeArray(folder: string, part: ArrayPart): Promise<ArtefactArray> {
  const { name, dtype, shape, axes, description, data } = part;
  const path = artefactArrayPath(name);
  const header = encodeHeader([{ name, dtype, shape }], { format: ARTEFACT_FORMAT, axes: JSON.stringify(axes) });
  const hash = nodeHasher();
  let bytes = 0;
  const file = await io(path, "create", () => open(join(folder, path), "wx"));
  const append = async (more: Uint8Array): Promise<void> => {
    for (let at = 0; at < more.length; at += CHUNK_BYTES) {
      const chunk = more.subarray(at, at + CHUNK_BYTES);
      hash.update(chunk);
      await writeAll(file, path, chunk, bytes);
      bytes += chunk.length;
    }
  };
  try {
    await append(header);
    for await (const piece of data instanceof typedArrays[dtype] ? [data] : (data as AsyncIterable<TypedArray>)) {
      if (!(piece instanceof typedArrays[dtype])) throw wrongData(name, `pieces of ${dtype}, got another type`);
      await append(toLittleEndian(piece));
    }
    await io(path, "sync", () => file.datasync());
  } finally {
    await file.close();
  }
  const expected = arrayBytes({ dtype, shape });
  if (bytes !== header.length + expected)
    throw wrongData(name, `${expected} bytes for ${dtype} [${shape.join(", ")}], got ${bytes - header.length}`);
  return { name, dtype, shape, axes, description, file: { path, bytes, sha256: toHex(hash.digest()) } };
}

async function writeTablePart(folder: string, { name, columns, data }: TablePart): Promise<ArtefactTable> {
  const path = artefactTablePath(name);
  const lengths = columns.map((column) => (Object.hasOwn(data, column.name) ? data[column.name].length : null));
  if (lengths.some((length) => length === null || length !== lengths[0]))
    throw wrongData(name, `columns of one length, got ${columns.map((c, i) => `${c.name} ${lengths[i]}`).join(", ")}`);
  const bytes = writeTable(Object.fromEntries(columns.map(({ name, type }) => [name, { type }])), data);
  await writeDurably(join(folder, path), bytes, "wx");
  const file: FileEntry = { path, bytes: bytes.length, sha256: sha256(bytes) };
  return { name, columns: columns.map(({ name, type, description }) => ({ name, type, description })), file };
}

function wrongData(name: string, rule: string): RangeError {
  return new RangeError(`writeArtefact: data of ${name} must be ${rule}`);
}

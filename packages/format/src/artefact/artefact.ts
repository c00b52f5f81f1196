import { z } from "zod";
import { type ColumnDeclaration, columnDeclarationSchema, MAX_DECLARED_COLUMNS } from "../files/columns.ts";
import { columnName, id, identifier, sha256Hex, text } from "../files/fields.ts";
import type { Json } from "../files/json.ts";
import { type FileEntry, fileEntrySchema } from "../files/manifest.ts";
import { type TypedDtype, typedArrays } from "../files/typed-arrays.ts";

export const ARTEFACT_FORMAT = "model-zoo-artefact";
export const ARTEFACT_VERSION = "1.0";

/** The zoo that something was derived from. root: its Merkle root, which says more than the hash: the same weights. */
export interface ZooReference {
  name: string;
  /** Of zoo.json. */
  sha256: string;
  root: string;
}

/** What an artefact says of an opened zoo. */
export function zooReference(zoo: { manifest: { name: string; root: string }; sha256: string }): ZooReference {
  return { name: zoo.manifest.name, sha256: zoo.sha256, root: zoo.manifest.root };
}

/** A program and its version; another version may compute something else. */
export interface MadeBy {
  name: string;
  version: string;
}

export interface ArtefactArray {
  name: string;
  dtype: TypedDtype;
  shape: number[];
  /** What each axis of `shape` runs over: "model", "state", "image", "component", .. */
  axes: string[];
  description: string;
  file: FileEntry;
}

export interface ArtefactTable {
  name: string;
  columns: ColumnDeclaration[];
  file: FileEntry;
}

/** artefact.json: data derived from a zoo (an embedding, predictions, a cube, a cache), and all that it depends on. */
export interface Artefact {
  format: typeof ARTEFACT_FORMAT;
  format_version: typeof ARTEFACT_VERSION;
  /** What sort of data: "embedding", "predictions". */
  kind: string;
  name: string;
  zoo: ZooReference;
  /** Everything besides zoo and program that the content follows from. */
  parameters: { [key: string]: Json };
  made_by: MadeBy;
  arrays: ArtefactArray[];
  tables: ArtefactTable[];
}

const axis = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "must be a name of a-z, 0-9 and '_'");
const dtypes = Object.keys(typedArrays) as [TypedDtype, ...TypedDtype[]];

const artefactArraySchema = z.strictObject({
  name: columnName,
  dtype: z.enum(dtypes),
  shape: z.array(id).min(1).max(8),
  axes: z.array(axis).min(1).max(8),
  description: text,
  file: fileEntrySchema,
}) satisfies z.ZodType<ArtefactArray>;

const artefactTableSchema = z.strictObject({
  name: columnName,
  columns: z.array(columnDeclarationSchema).min(1).max(MAX_DECLARED_COLUMNS),
  file: fileEntrySchema,
}) satisfies z.ZodType<ArtefactTable>;

export const artefactSchema = z.strictObject({
  format: z.literal(ARTEFACT_FORMAT),
  format_version: z.literal(ARTEFACT_VERSION),
  kind: identifier,
  name: identifier,
  zoo: z.strictObject({ name: identifier, sha256: sha256Hex, root: sha256Hex }),
  parameters: z.record(z.string(), z.unknown()) as z.ZodType<{ [key: string]: Json }>,
  made_by: z.strictObject({ name: text, version: text }),
  arrays: z.array(artefactArraySchema).max(256),
  tables: z.array(artefactTableSchema).max(256),
}) satisfies z.ZodType<Artefact>;

import { z } from "zod";
import { artefactSchema } from "../src/artefact/artefact.ts";
import { manifestSchema } from "../src/files/manifest.ts";
import { safetensorsHeaderSchema } from "../src/files/safetensors.ts";
import { modelRowSchema } from "../src/files/tables.ts";
import { architectureSchema } from "../src/model/architecture.ts";
import { hyperparametersSchema } from "../src/model/hyperparameters.ts";
import { journalHeadSchema, journalLineSchema } from "../src/write/journal.ts";

const schemas = {
  "zoo.schema.json": [manifestSchema, "zoo.json: the manifest of a model zoo, format 2.0"],
  "artefact.schema.json": [artefactSchema, "artefact.json: data derived from a model zoo, format 1.0"],
  "architecture.schema.json": [architectureSchema, "A feed-forward network as a list of layers"],
  "hyperparameters.schema.json": [hyperparametersSchema, "Everything that may differ between two models of one zoo"],
  "model-row.schema.json": [modelRowSchema, "A row of models.parquet"],
  "shard-header.schema.json": [safetensorsHeaderSchema, "The JSON header of a safetensors file"],
  "journal-head.schema.json": [journalHeadSchema, "The first line of the journal of an unfinished shard"],
  "journal-line.schema.json": [journalLineSchema, "A line of that journal: one epoch"],
} as const;

/** File name -> text. */
export function jsonSchemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, [schema, title]]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema);
      return [name, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
}

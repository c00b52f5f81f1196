import { withDeclared } from "./declared-columns.ts";
import { type Manifest, weightsArray } from "./manifest.ts";
import { CROISSANT_PATH, MANIFEST_PATH, MODELS_PATH } from "./paths.ts";
import { type ModelSplit, metricColumns, modelColumns, modelSplits } from "./tables.ts";

/** What only the publisher of a zoo knows. */
export interface CardFields {
  description?: string;
  /** An SPDX identifier or a URL. */
  license?: string;
  url?: string;
  creator?: string;
  /** YYYY-MM-DD. */
  datePublished?: string;
}

/** How many models are in each split, and how many diverged. */
export interface ModelCounts extends Record<ModelSplit, number> {
  diverged: number;
}

/** README.md of a zoo, with the front matter that dataset hubs read. */
export function datasetCard(manifest: Manifest, counts: ModelCounts, card: CardFields = {}): string {
  const { dataset, architecture, layout } = manifest;
  const bytes = manifest.shards.reduce((sum, { arrays }) => sum + arrays.weights.bytes, 0);
  const engines = [...new Set(manifest.shards.flatMap((shard) => shard.engines))].sort((a, b) => (a < b ? -1 : 1));
  const perSplit = modelSplits.map((split) => `${split} ${counts[split]}`).join(", ");
  const front = [
    "---",
    ...(card.license === undefined ? [] : [`license: ${card.license}`]),
    `pretty_name: ${JSON.stringify(manifest.title)}`,
    "tags:",
    "  - model-zoo",
    "  - weight-space-learning",
    "---",
  ];
  return `${front.join("\n")}

# ${manifest.title}

${card.description ?? describe(manifest)}

| | |
| --- | --- |
| models | ${manifest.models} (${perSplit}); ${counts.diverged} diverged and kept |
| states of each | ${describeStates(manifest)} |
| architecture | ${architecture.name}, ${layout.D} weights |
| trained on | ${dataset.name}: ${dataset.splits.train} train, ${dataset.splits.val} val, ${dataset.splits.test} test images |
| weights | ${(bytes / 1e6).toFixed(1)} MB of ${weightsArray(manifest).dtype === "F16" ? "float16" : "float32"} in ${manifest.shards.length} safetensors ${manifest.shards.length === 1 ? "file" : "files"} |
| made by | ${engines.join(", ")}; numerics ${manifest.numerics.name}${manifest.numerics.exact ? ", exact" : ""} |
| Merkle root | \`${manifest.root}\` |
${dataset.notes.map((note) => `\n- ${note}`).join("")}
## Files

- \`${MANIFEST_PATH}\`: recipe, architecture, where each tensor is in the weight vector, checksums.
- \`${MODELS_PATH}\`: one row per model: ${Object.keys(modelColumns).join(", ")}.
- \`metrics/*.parquet\`: one row per model and epoch: ${Object.keys(metricColumns).join(", ")}.
${declaredColumns(manifest)}${manifest.arrays
  .map(
    ({ name, axes }) => `- \`${name}/*.safetensors\`: one tensor \`${name}\` [${axes.join(", ")}] each.
`,
  )
  .join("")}- \`${CROISSANT_PATH}\`: this card for machines.

## Read it with Python

\`\`\`python
import json, pandas as pd
from safetensors import safe_open
zoo = json.load(open("zoo.json"))
models = pd.read_parquet("models.parquet")
with safe_open(zoo["shards"][0]["arrays"]["weights"]["path"], "np") as f:
    last = f.get_slice("weights")[-1]  # [models of the shard, ${layout.D}] at epoch zoo["states"][-1]
\`\`\`
`;
}

function describeStates({ states, epochs }: Manifest): string {
  const all = states.length === epochs + 1;
  return all
    ? `${states.length}: the initialisation and ${epochs} epochs`
    : `${states.length} of epochs 0 to ${epochs}: ${states.join(", ")}`;
}

function declaredColumns({ columns }: Manifest): string {
  return [...columns.models, ...columns.metrics]
    .map(
      ({ name, description }) => `  - ${name}: ${description}
`,
    )
    .join("");
}

/** croissant.json of a zoo: Croissant 1.0, JSON-LD. https://docs.mlcommons.org/croissant/docs/croissant-spec.html */
export function croissant(manifest: Manifest, card: CardFields = {}): string {
  const types = {
    INT32: "sc:Integer",
    INT64: "sc:Integer",
    DOUBLE: "sc:Float",
    STRING: "sc:Text",
    BOOLEAN: "sc:Boolean",
  };
  const recordSet = (name: string, columns: Record<string, { type: keyof typeof types }>, source: object) => ({
    "@type": "cr:RecordSet",
    "@id": name,
    name,
    field: Object.entries(columns).map(([column, { type }]) => field(name, column, types[type], source)),
  });
  const document = {
    "@context": CONTEXT,
    "@type": "sc:Dataset",
    "dct:conformsTo": "http://mlcommons.org/croissant/1.0",
    name: manifest.name,
    description: card.description ?? describe(manifest),
    ...(card.license === undefined ? {} : { license: card.license }),
    ...(card.url === undefined ? {} : { url: card.url }),
    ...(card.creator === undefined ? {} : { creator: { "@type": "sc:Organization", name: card.creator } }),
    ...(card.datePublished === undefined ? {} : { datePublished: card.datePublished }),
    distribution: [
      file(MODELS_PATH, "application/x-parquet", manifest.models_table.sha256, manifest.models_table.bytes),
      ...manifest.shards.flatMap(({ arrays, metrics }) => [
        ...Object.values(arrays).map(({ path, sha256, bytes }) =>
          file(path, "application/octet-stream", sha256, bytes),
        ),
        file(metrics.path, "application/x-parquet", metrics.sha256, metrics.bytes),
      ]),
      {
        "@type": "cr:FileSet",
        "@id": "metrics",
        name: "metrics",
        encodingFormat: "application/x-parquet",
        includes: "metrics/**/*.parquet",
      },
    ],
    recordSet: [
      recordSet("models-table", withDeclared(modelColumns, manifest.columns.models), {
        fileObject: { "@id": MODELS_PATH },
      }),
      recordSet("metrics-table", withDeclared(metricColumns, manifest.columns.metrics), {
        fileSet: { "@id": "metrics" },
      }),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const file = (id: string, encodingFormat: string, sha256: string, bytes: number) => ({
  "@type": "cr:FileObject",
  "@id": id,
  name: id,
  contentUrl: id,
  contentSize: `${bytes} B`,
  encodingFormat,
  sha256,
});

const field = (recordSet: string, name: string, dataType: string, source: object) => ({
  "@type": "cr:Field",
  "@id": `${recordSet}/${name}`,
  name,
  dataType,
  source: { ...source, extract: { column: name } },
});

function describe({ models, states, epochs, architecture, dataset, layout }: Manifest): string {
  return `A population of ${models} neural networks (${architecture.name}, ${layout.D} weights) trained on ${dataset.name} for ${epochs} epochs, with ${states.length} states of each, every hyperparameter and every metric.`;
}

// The context that the specification gives, as it is.
const CONTEXT = {
  "@language": "en",
  "@vocab": "https://schema.org/",
  citeAs: "cr:citeAs",
  column: "cr:column",
  conformsTo: "dct:conformsTo",
  cr: "http://mlcommons.org/croissant/",
  data: { "@id": "cr:data", "@type": "@json" },
  dataType: { "@id": "cr:dataType", "@type": "@vocab" },
  dct: "http://purl.org/dc/terms/",
  examples: { "@id": "cr:examples", "@type": "@json" },
  extract: "cr:extract",
  field: "cr:field",
  fileObject: "cr:fileObject",
  fileProperty: "cr:fileProperty",
  fileSet: "cr:fileSet",
  format: "cr:format",
  includes: "cr:includes",
  isLiveDataset: "cr:isLiveDataset",
  jsonPath: "cr:jsonPath",
  key: "cr:key",
  md5: "cr:md5",
  parentField: "cr:parentField",
  path: "cr:path",
  rai: "http://mlcommons.org/croissant/RAI/",
  recordSet: "cr:recordSet",
  references: "cr:references",
  regex: "cr:regex",
  repeated: "cr:repeated",
  replace: "cr:replace",
  sc: "https://schema.org/",
  separator: "cr:separator",
  source: "cr:source",
  subField: "cr:subField",
  transform: "cr:transform",
};
